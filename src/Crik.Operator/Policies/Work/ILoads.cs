using System.Text.Json.Nodes;
using Crik.Operator.Policies.Measuring;

namespace Crik.Operator.Policies.Work;

/// <summary>What nodes and pods use.</summary>
internal interface ILoads
{
    /// <summary>Whether this operator may ask kubelets.</summary>
    bool MayAskKubelets { get; }

    /// <summary>Asks metrics.k8s.io. It throws nothing: a refusal is in the answer.</summary>
    Task<LoadReading> FromMetricsAsync(IReadOnlyList<string> namespaces, CancellationToken cancellationToken);

    /// <summary>Asks the kubelet of each of these nodes. It throws nothing: a refusal is in the answer.</summary>
    Task<LoadReading> FromKubeletsAsync(IReadOnlyList<JsonObject> nodes, CancellationToken cancellationToken);
}
