namespace Crik.Registry;

/// <summary>The media types of OCI image-spec (media-types.md) and of Docker's schema 2 that name the same things.</summary>
internal static class ManifestTypes
{
    /// <summary>The distribution-spec asks registries for manifests up to this size.</summary>
    public const int LargestManifest = 4 << 20;

    private static readonly string[] s_indexes = ["application/vnd.oci.image.index.v1+json", "application/vnd.docker.distribution.manifest.list.v2+json"];
    private static readonly string[] s_manifests = ["application/vnd.oci.image.manifest.v1+json", "application/vnd.docker.distribution.manifest.v2+json"];
    private static readonly string[] s_configurations = ["application/vnd.oci.image.config.v1+json", "application/vnd.docker.container.image.v1+json"];

    public static IReadOnlyList<string> Accepted { get; } = [.. s_indexes, .. s_manifests];

    public static IReadOnlyList<string> AcceptedManifests => s_manifests;

    public static bool IsConfiguration(string? type) => s_configurations.Contains(type);

    /// <summary>
    /// Whether a document is an index. A document that could be both is none (GHSA-77vh-xpmg-72qh): two programs could read
    /// it as two images.
    /// </summary>
    public static bool? IsIndex(ManifestDocument document) => (document.Manifests, document.Config) switch
    {
        ({ }, null) when !s_manifests.Contains(document.MediaType) => true,
        (null, { }) when !s_indexes.Contains(document.MediaType) => false,
        _ => null,
    };
}
