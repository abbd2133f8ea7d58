using System.Collections.Concurrent;
using System.Net;
using System.Text.Json.Nodes;
using Crik.Kubernetes.Api;
using Crik.Kubernetes.Resources;
using Crik.Operator.Policies.Measuring;
using Crik.Operator.Policies.Work;
using Crik.Pods.Reading;

namespace Crik.Operator.Policies.Cluster;

/// <summary>Reads the load from metrics.k8s.io or from the kubelets.</summary>
internal sealed class ClusterLoads(KubernetesApi api, Kubelets kubelets) : ILoads
{
    private const int AtTheSameTime = 8;

    private readonly ResourceClient<JsonObject> _nodes = ResourceClient.OfJson(api, new ResourceType("metrics.k8s.io", "v1beta1", "nodes"));
    private readonly ResourceClient<JsonObject> _pods = ResourceClient.OfJson(api, new ResourceType("metrics.k8s.io", "v1beta1", "pods"));

    public bool MayAskKubelets => kubelets.MayBeAsked;

    public async Task<LoadReading> FromMetricsAsync(IReadOnlyList<string> namespaces, CancellationToken cancellationToken)
    {
        try
        {
            Dictionary<string, Load> nodes = new(StringComparer.Ordinal);
            foreach (JsonObject node in await _nodes.ListAllAsync(new ListQuery(), cancellationToken))
            {
                if (MetricsApi.OfNode(node) is { } load)
                {
                    nodes[node.At("metadata", "name").Text() ?? ""] = load;
                }
            }

            Dictionary<(ObjectName, string?), Load> pods = [];
            foreach (string space in namespaces)
            {
                foreach (JsonObject pod in await _pods.ListAllAsync(new ListQuery { Namespace = space }, cancellationToken))
                {
                    if (MetricsApi.OfPod(pod) is { } load)
                    {
                        pods[(new ObjectName(space, pod.At("metadata", "name").Text() ?? ""), null)] = load;
                    }
                }
            }

            return new LoadReading(nodes, pods);
        }
        catch (KubernetesException problem)
        {
            return LoadReading.None(problem.Status is HttpStatusCode.NotFound or HttpStatusCode.ServiceUnavailable
                ? "The API server has no metrics.k8s.io. Install metrics-server, or set spec.source: summary."
                : $"metrics.k8s.io cannot be read: {problem.Message}");
        }
    }

    public async Task<LoadReading> FromKubeletsAsync(IReadOnlyList<JsonObject> nodes, CancellationToken cancellationToken)
    {
        try
        {
            await kubelets.PrepareAsync(nodes, cancellationToken);
        }
        catch (KubernetesException problem)
        {
            return LoadReading.None($"There is no token for the kubelets: {problem.Message}");
        }

        ConcurrentDictionary<string, Load> loads = new(StringComparer.Ordinal);
        ConcurrentDictionary<(ObjectName, string?), Load> pods = [];
        ConcurrentDictionary<string, string> problems = new(StringComparer.Ordinal);
        await Parallel.ForEachAsync(nodes, new ParallelOptions { MaxDegreeOfParallelism = AtTheSameTime, CancellationToken = cancellationToken }, async (node, token) =>
        {
            string name = node.At("metadata", "name").Text() ?? "";
            try
            {
                JsonObject summary = await kubelets.SummaryAsync(name, token);
                if (KubeletSummary.OfNode(summary) is { } load)
                {
                    loads[name] = load;
                }

                foreach ((ObjectName pod, Load used) in KubeletSummary.OfPods(summary))
                {
                    pods[(pod, name)] = used;
                }
            }
            catch (KubernetesException problem)
            {
                problems[name] = problem.Message;
            }
        });
        return new LoadReading(loads, pods)
        {
            Problem = problems.OrderBy(static one => one.Key, StringComparer.Ordinal).Select(static one => $"The kubelet of {one.Key}: {one.Value}.").FirstOrDefault(),
        };
    }
}
