using System.Text.Json.Nodes;
using Crik.Pods.Reading;

namespace Crik.Pods;

/// <summary>What a Node says of itself.</summary>
/// <param name="KernelVersion">Such as `6.1.0-18-amd64`.</param>
/// <param name="Architecture">Such as `amd64`.</param>
/// <param name="Runtime">Such as `containerd://2.1.1`. Null if it is not known.</param>
public sealed record NodeFacts(string Name, string KernelVersion, string Architecture, string? Runtime = null)
{
    /// <summary>The kubelet's version, such as `v1.36.2`. Null if it is not known.</summary>
    public string? Kubelet { get; init; }

    public bool IsReady { get; init; } = true;

    /// <summary>Whether the scheduler leaves it alone.</summary>
    public bool IsCordoned { get; init; }

    /// <summary>Null if nobody may look at them.</summary>
    public IReadOnlyDictionary<string, string>? Labels { get; init; }

    public IReadOnlyList<NodeTaint> Taints { get; init; } = [];

    /// <summary>The label by which several nodes can be named in one rule. Usually it is the name.</summary>
    public string? Hostname => Labels?.GetValueOrDefault("kubernetes.io/hostname");

    /// <param name="node">A Node of the API server.</param>
    public static NodeFacts Of(JsonObject node)
    {
        JsonNode? info = node.At("status", "nodeInfo");
        IReadOnlyDictionary<string, string> labels = node.At("metadata", "labels").TextMap();
        return new NodeFacts(
            node.At("metadata", "name").Text() ?? "",
            info.At("kernelVersion").Text() ?? "",
            info.At("architecture").Text() ?? labels.GetValueOrDefault("kubernetes.io/arch") ?? "",
            info.At("containerRuntimeVersion").Text())
        {
            Kubelet = info.At("kubeletVersion").Text(),
            IsReady = node.At("status", "conditions").Maps()
                .Any(static condition => condition.At("type").Text() is "Ready" && condition.At("status").Text() is "True"),
            IsCordoned = node.At("spec", "unschedulable").IsTrue(),
            Labels = labels,
            Taints = [.. node.At("spec", "taints").Maps().Select(NodeTaint.Of)],
        };
    }
}
