using System.Text.Json.Nodes;

namespace Crik.Pods;

/// <summary>A pod, or the template of one, with what surrounds it.</summary>
/// <param name="Pod">An object with `metadata` and `spec`. It comes from strangers, so it can have any shape.</param>
/// <param name="Controller">Null for a pod that no controller makes.</param>
public sealed record PodToInject(JsonObject Pod, PodController? Controller, NamespaceFacts Namespace)
{
    /// <summary>
    /// Whether it is the template in a manifest. The claims of a StatefulSet's template are then asked for as
    /// a volumeClaimTemplate.
    /// </summary>
    public bool IsTemplate { get; init; }
}
