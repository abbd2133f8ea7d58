namespace Crik.Registry;

/// <summary>What a client may do, and how long it waits.</summary>
public sealed record RegistryOptions
{
    /// <summary>Certificates (PEM) of authorities that are trusted beside those of the system. Null: none.</summary>
    public string? Authorities { get; init; }

    /// <summary>Servers, as images name them, that may have loopback and link-local addresses: `localhost:5000`.</summary>
    public IReadOnlyCollection<string> LocalRegistries { get; init; } = [];

    /// <summary>Registries and token servers that are asked with plain HTTP. All others are asked with TLS.</summary>
    public IReadOnlyCollection<string> PlainHttpRegistries { get; init; } = [];

    /// <summary>How long all requests that read the configuration of one image may take together.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(8);

    /// <summary>How long a repository is tried to be reached, read and pushed to.</summary>
    public RepositoryPatience Patience { get; init; } = new();

    public TimeProvider Time { get; init; } = TimeProvider.System;

    internal bool AllowsPlainHttp(string registry) => PlainHttpRegistries.Contains(registry);
}
