using Crik.Kubernetes.Api;

namespace Crik.Operator.EvictionRequests;

/// <summary>
/// Names of the API of EvictionRequests (KEP-4563), as Kubernetes 1.37 has it in alpha. All that crik knows of this API is in this
/// folder, because an alpha API may change.
/// </summary>
internal static class EvictionNames
{
    /// <summary>The name of crik among the responders of a pod.</summary>
    public const string Responder = "crik.dev/migration";

    /// <summary>The label of a PodMigration that was made for an Eviction: its UID. The annotation of the same name has its name.</summary>
    public const string Eviction = "crik.dev/eviction";

    /// <summary>How many responders a pod may name.</summary>
    public const int MostResponders = 16;

    /// <summary>How long a message may be.</summary>
    public const int LongestMessage = 4000;

    /// <summary>The objects that responders answer. An EvictionRequest is only what somebody asks for; its controller makes these of them.</summary>
    public static ResourceType Type { get; } = new("lifecycle.k8s.io", "v1alpha1", "evictions");
}
