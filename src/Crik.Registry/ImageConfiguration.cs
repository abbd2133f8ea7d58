namespace Crik.Registry;

/// <summary>
/// What an image says about the program that a container of it runs. The fields are those of the OCI image
/// configuration (opencontainers/image-spec, config.md).
/// </summary>
/// <param name="Digest">The digest of the manifest of the platform, such as `sha256:…`.</param>
/// <param name="Entrypoint">ENTRYPOINT; empty if the image has none.</param>
/// <param name="Command">CMD; empty if the image has none.</param>
/// <param name="User">USER as it is written, such as `1000:1000` or `app`. Null without one.</param>
public sealed record ImageConfiguration(string Digest, IReadOnlyList<string> Entrypoint, IReadOnlyList<string> Command, string? User = null);
