using Crik.Kubernetes.Api;

namespace Crik.Kubernetes.Resources;

/// <summary>Settings of one call.</summary>
public sealed record CallOptions
{
    /// <summary>How long the whole call may take, with its body. Null means <see cref="KubernetesApi.Patience"/>.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>Who owns the fields that are written. Server-side apply needs it.</summary>
    public string? FieldManager { get; init; }

    /// <summary>Whether the API server only checks the change.</summary>
    public bool DryRun { get; init; }
}
