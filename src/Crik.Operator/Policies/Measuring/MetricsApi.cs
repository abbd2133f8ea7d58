using System.Globalization;
using System.Text.Json.Nodes;
using Crik.Hosting;
using Crik.Pods.Reading;

namespace Crik.Operator.Policies.Measuring;

/// <summary>Reads the objects of metrics.k8s.io/v1beta1: NodeMetrics and PodMetrics. It is pure.</summary>
internal static class MetricsApi
{
    /// <summary>A longer window says nothing about now.</summary>
    private static readonly TimeSpan s_longestWindow = TimeSpan.FromMinutes(5);

    /// <returns>Null if the object has no amount that can be read.</returns>
    public static Load? OfNode(JsonObject metrics) => TimeOf(metrics) is { } time && LoadOf(metrics.At("usage"), time) is { } load ? load : null;

    /// <returns>The sum of its containers, or null if one of them cannot be read.</returns>
    public static Load? OfPod(JsonObject metrics)
    {
        Load[] containers = TimeOf(metrics) is not { } time ? []
            : [.. metrics.At("containers").Maps().Select(one => LoadOf(one.At("usage"), time)).OfType<Load>()];
        return containers.Length == 0 || containers.Length < metrics.At("containers").Maps().Count() ? null
            : new Load(containers.Sum(static one => one.Cpu), containers.Sum(static one => one.Memory), containers[0].Time);
    }

    private static Load? LoadOf(JsonNode? usage, DateTimeOffset time) =>
        Quantity.Read(usage.At("cpu")) is { } cpu and >= 0 && Quantity.Read(usage.At("memory")) is { } memory and >= 0 && double.IsFinite(cpu + memory) ? new Load(cpu, memory, time) : null;

    private static DateTimeOffset? TimeOf(JsonObject metrics) =>
        Duration.TryParse(metrics.At("window").Text() ?? "0s", out TimeSpan window) && window > s_longestWindow ? null
            : DateTimeOffset.TryParse(metrics.At("timestamp").Text(), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time) ? time : null;
}
