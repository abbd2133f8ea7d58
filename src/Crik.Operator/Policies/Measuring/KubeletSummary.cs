using System.Globalization;
using System.Text.Json.Nodes;
using Crik.Kubernetes.Resources;
using Crik.Pods.Reading;

namespace Crik.Operator.Policies.Measuring;

/// <summary>Reads `/stats/summary` of a kubelet (k8s.io/kubelet/pkg/apis/stats/v1alpha1). It is pure.</summary>
internal static class KubeletSummary
{
    private const double NanoCores = 1e-9;

    /// <returns>Null if the kubelet does not say it.</returns>
    public static Load? OfNode(JsonObject summary) => LoadOf(summary.At("node"));

    public static IEnumerable<KeyValuePair<ObjectName, Load>> OfPods(JsonObject summary)
    {
        foreach (JsonObject pod in summary.At("pods").Maps())
        {
            if (pod.At("podRef", "name").Text() is { } name && pod.At("podRef", "namespace").Text() is { } space && LoadOf(pod) is { } load)
            {
                yield return new(new ObjectName(space, name), load);
            }
        }
    }

    private static Load? LoadOf(JsonNode? from) =>
        from.At("cpu", "usageNanoCores").Number() is { } cpu and >= 0 && from.At("memory", "workingSetBytes").Number() is { } memory and >= 0
        && DateTimeOffset.TryParse(from.At("cpu", "time").Text(), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time)
            ? new Load(cpu * NanoCores, memory, time) : null;
}
