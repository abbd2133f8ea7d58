using System.Text.Json.Nodes;
using Crik.Kubernetes.Api;
using Crik.Kubernetes.Resources;
using Crik.Pods.Reading;

namespace Crik.NodeAgent.Objects;

/// <summary>What the Node of this agent says about its container runtime. The archives do not have the version.</summary>
internal sealed class ThisNode(KubernetesApi api, string name)
{
    private readonly ResourceClient<JsonObject> _nodes = ResourceClient.OfJson(api, ResourceType.Core("nodes"));

    /// <returns>The version such as `2.1.9`, and the architecture as images name it. Null where the Node does not say it.</returns>
    /// <exception cref="KubernetesException">The API server did not answer.</exception>
    public async Task<(string? RuntimeVersion, string? Architecture)> ReadAsync(CancellationToken cancellationToken)
    {
        JsonNode? info = (await _nodes.FindAsync(ObjectName.Global(name), cancellationToken)).At("status", "nodeInfo");
        return (info.At("containerRuntimeVersion").Text()?.Split("://") is [_, var version] ? version : null, info.At("architecture").Text());
    }

    /// <summary>Whether there is a Node of this name.</summary>
    public async Task<bool> ExistsAsync(string node, CancellationToken cancellationToken) => await _nodes.FindAsync(ObjectName.Global(node), cancellationToken) is not null;
}
