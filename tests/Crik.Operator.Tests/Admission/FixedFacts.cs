using System.Text.Json.Nodes;
using Crik.Contracts.PodCheckpoints;
using Crik.Kubernetes.Api;
using Crik.Operator.Admission;
using Crik.Pods;

namespace Crik.Operator.Tests.Admission;

/// <summary>Surroundings that the test decides.</summary>
internal sealed class FixedFacts : IClusterFacts
{
    public Dictionary<string, string> NamespaceLabels { get; } = [];

    public PodController? Controller { get; set; }

    public Dictionary<string, JsonObject> Secrets { get; } = [];

    public Dictionary<string, JsonObject> Claims { get; } = [];

    public List<PodCheckpointDocument> Checkpoints { get; } = [];

    public List<NodeFacts> Nodes { get; } = [];

    public bool Fails { get; set; }

    /// <summary>Nobody can read a single PodCheckpoint.</summary>
    public bool ReadsNoCheckpoint { get; set; }

    /// <summary>Never answers.</summary>
    public bool Hangs { get; set; }

    public List<string> Asked { get; } = [];

    public Task<NamespaceFacts> NamespaceAsync(string name, CancellationToken cancellationToken) =>
        AnswerAsync($"namespace {name}", new NamespaceFacts(name, NamespaceLabels), cancellationToken);

    public Task<PodController?> ControllerAsync(string space, JsonObject pod, CancellationToken cancellationToken) => AnswerAsync("controller", Controller, cancellationToken);

    public Task<JsonObject?> SecretAsync(string space, string name, CancellationToken cancellationToken) =>
        AnswerAsync($"secret {space}/{name}", Secrets.GetValueOrDefault(name), cancellationToken);

    public Task<JsonObject?> ClaimAsync(string space, string name, CancellationToken cancellationToken) =>
        AnswerAsync($"claim {space}/{name}", Claims.GetValueOrDefault(name), cancellationToken);

    public Task<IReadOnlyList<PodCheckpointDocument>> CheckpointsAsync(string space, CancellationToken cancellationToken) =>
        AnswerAsync<IReadOnlyList<PodCheckpointDocument>>($"checkpoints {space}", [.. Checkpoints.Select(WithoutTexts)], cancellationToken);

    public Task<PodCheckpointDocument?> CheckpointAsync(string space, string name, CancellationToken cancellationToken) =>
        ReadsNoCheckpoint ? throw new KubernetesException(KubernetesFailure.NoAnswer, "no answer")
            : AnswerAsync($"checkpoint {space}/{name}", Checkpoints.Find(one => one.Metadata?.Name == name), cancellationToken);

    public Task<IReadOnlyList<NodeFacts>> NodesAsync(CancellationToken cancellationToken) => AnswerAsync<IReadOnlyList<NodeFacts>>("nodes", Nodes, cancellationToken);

    /// <summary>A list leaves out what one PodCheckpoint has kept in its annotations, as that of the cluster does.</summary>
    private static PodCheckpointDocument WithoutTexts(PodCheckpointDocument one) => one with { Metadata = one.Metadata! with { Annotations = null } };

    private async Task<T> AnswerAsync<T>(string what, T answer, CancellationToken cancellationToken)
    {
        Asked.Add(what);
        if (Hangs)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
        }

        return Fails ? throw new KubernetesException(KubernetesFailure.NoAnswer, "no answer") : answer;
    }
}
