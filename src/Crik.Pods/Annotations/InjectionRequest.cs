namespace Crik.Pods.Annotations;

/// <summary>What the annotations of a pod ask for. Null stands for what is not written.</summary>
internal sealed record InjectionRequest
{
    /// <summary>Empty: the default container.</summary>
    public IReadOnlyList<string> Containers { get; init; } = [];

    public bool AllContainers { get; init; }
    public TimeSpan? GracePeriod { get; init; }
    public string? Claim { get; init; }
    public string? StorageClass { get; init; }
    public string? StorageSize { get; init; }
    public string? AccessMode { get; init; }
    public int? Slots { get; init; }
    public Uri? NodeStateServer { get; init; }
    public bool NoNodeStateServer { get; init; }
    public BundleMode? Bundle { get; init; }

    /// <summary>Other keys of crik: the name of the environment variable and its value.</summary>
    public IReadOnlyList<(ConfigurationKey Key, string Value)> Configuration { get; init; } = [];
}
