using System.Text.Json.Nodes;
using Crik.Contracts.MigrationPolicies;
using Crik.Contracts.PodMigrations;
using Crik.Kubernetes.Api;
using Crik.Kubernetes.Resources;
using Crik.Operator.Migrations.Deciding;
using Crik.Operator.Migrations.Placing;
using Crik.Operator.Migrations.Work;
using Crik.Operator.Policies.Deciding;
using Crik.Operator.Policies.Measuring;
using Crik.Pods;
using Crik.Pods.Reading;

namespace Crik.Operator.Policies.Work;

/// <summary>Reads what the next step of a MigrationPolicy depends on, and no more of it than that.</summary>
internal sealed class PolicyFactsReader(PolicyWorld world, TimeProvider clock)
{
    /// <summary>What the first look at a policy needs.</summary>
    /// <exception cref="KubernetesException">The API server does not answer.</exception>
    public async Task<PolicyFacts> ReadAsync(MigrationPolicyDocument item, CancellationToken cancellationToken) => new(item, clock.GetUtcNow())
    {
        Migrations = await world.Moving.Objects.ListAsync(null, cancellationToken),
        MayAskKubelets = world.Loads.MayAskKubelets,
    };

    /// <summary>Adds the load, and which pods would be taken from nodes that have too much of it.</summary>
    /// <exception cref="KubernetesException">The API server does not answer.</exception>
    public async Task<PolicyFacts> MeasureAsync(PolicyFacts facts, PolicyRequest request, CancellationToken cancellationToken)
    {
        (JsonObject Json, MeasuredNode Node)[] nodes = [.. (await world.Objects.NodesAsync(cancellationToken)).Select(node => (node, NodeOf(node, request)))
            .Where(static one => one.Item2.IsWatched || one.Item2.IsDestination)];
        LoadReading reading = request.IsSummary
            ? await world.Loads.FromKubeletsAsync([.. nodes.Select(static one => one.Json)], cancellationToken)
            : await world.Loads.FromMetricsAsync(request.Spec.Pods!.Namespaces!, cancellationToken);
        DateTimeOffset now = clock.GetUtcNow();
        PolicyFacts measured = facts with
        {
            Now = now,
            Problem = reading.Problem ?? nodes.Where(static one => !one.Node.HasSize)
                .Select(static one => $"The Node {one.Node.Name} does not say how much cpu and memory pods can have (status.allocatable).").FirstOrDefault(),
            Nodes = [.. nodes.Select(one => reading.Nodes.TryGetValue(one.Node.Name, out Load load) ? one.Node.With(load, now) : one.Node)],
        };
        IReadOnlyList<PolicyNode> wanting = PolicyDecision.Wanting(measured, request);
        return wanting.Count == 0 ? measured
            : await ChooseAsync(measured with { Pods = await PodsAsync(measured, request, reading, cancellationToken) }, request, wanting, cancellationToken);
    }

    /// <summary>A node that is not ready is not measured: what it says is old.</summary>
    private static MeasuredNode NodeOf(JsonObject node, PolicyRequest request)
    {
        NodeFacts facts = NodeFacts.Of(node);
        IReadOnlyDictionary<string, string> labels = node.At("metadata", "labels").TextMap();
        JsonNode? allocatable = node.At("status", "allocatable");
        return new MeasuredNode(facts.Name, Quantity.Read(allocatable.At("cpu")) ?? 0, Quantity.Read(allocatable.At("memory")) ?? 0)
        {
            IsWatched = facts.IsReady && request.Watches(labels),
            IsDestination = facts is { IsReady: true, IsCordoned: false } && request.Allows(facts.Name, labels),
        };
    }

    private async Task<IReadOnlyList<MeasuredPod>> PodsAsync(PolicyFacts facts, PolicyRequest request, LoadReading reading, CancellationToken cancellationToken)
    {
        List<MeasuredPod> pods = [];
        HashSet<string> watched = [.. facts.Watched.Select(static node => node.Name)];
        foreach (string space in request.Spec.Pods!.Namespaces!)
        {
            IReadOnlyList<JsonObject> all = request.Spec.Pods.Selector is { } selector
                ? await world.Moving.Pods.SelectAsync(space, new PodMigrationSpec { Selector = selector }, cancellationToken)
                : await world.Moving.Pods.ListAsync(space, cancellationToken);
            foreach (JsonObject json in all)
            {
                MovingPod pod = MovingPod.Of(json);
                if (pod.Node is { } node && watched.Contains(node) && reading.Of(new ObjectName(space, pod.Name), node) is { } load && MeasuredNode.IsFresh(load, facts.Now))
                {
                    pods.Add(new MeasuredPod(space, pod, json, load)
                    {
                        Priority = json.At("spec", "priority").Number() ?? 0,
                        MoveTime = PolicyMoves.TimeOf(facts, pod, MeasuredPod.WorkloadOf(pod)),
                    });
                }
            }
        }

        return pods;
    }

    /// <summary>Looks for one pod of each node, until as many are found as may move. Without a dry run, one is enough: all is measured again after it.</summary>
    private async Task<PolicyFacts> ChooseAsync(PolicyFacts facts, PolicyRequest request, IReadOnlyList<PolicyNode> wanting, CancellationToken cancellationToken)
    {
        Dictionary<string, PolicyChoice> choices = new(StringComparer.Ordinal);
        PolicyFacts later = facts;
        int most = request.IsDryRun ? request.MaxConcurrent - facts.Moves.Count(static move => move.IsOpen) : 1;
        foreach (PolicyNode node in wanting)
        {
            PolicyChoice choice = await ChooseAsync(later, request, node, cancellationToken);
            choices[node.Name!] = choice;
            if (choice is PolicyChoice.Found found)
            {
                later = later with { Object = later.Object with { Status = PolicyStatus.With(later.Object, [.. later.Moves, PolicyDecision.Decided(later, found)]) } };
                if (--most == 0)
                {
                    break;
                }
            }
        }

        return facts with { Choices = choices };
    }

    private async Task<PolicyChoice> ChooseAsync(PolicyFacts facts, PolicyRequest request, PolicyNode node, CancellationToken cancellationToken)
    {
        IReadOnlyList<Candidate> candidates = Candidates.Of(facts, request, node, out string why);
        foreach (Candidate candidate in candidates)
        {
            (string? destination, string obstacle) = await DestinationAsync(candidate, cancellationToken);
            if (destination is not null)
            {
                return new PolicyChoice.Found(candidate.Pod, destination);
            }

            why = why.Length > 0 ? why : $"The pod {candidate.Pod.Namespace}/{candidate.Pod.Pod.Name}: {obstacle}";
        }

        return new PolicyChoice.Refused(why);
    }

    /// <summary>Asks for a pod what its PodMigration would ask, so that none is created which must fail.</summary>
    private async Task<(string? Node, string Obstacle)> DestinationAsync(Candidate candidate, CancellationToken cancellationToken)
    {
        MeasuredPod pod = candidate.Pod;
        IReadOnlyList<CrikState>? criks = await world.Moving.Criks.ReadAsync(new ObjectName(pod.Namespace, pod.Pod.Name), pod.Pod.CrikContainers, cancellationToken);
        if (criks is not { Count: > 0 } || criks.Any(static crik => !crik.HasProgram))
        {
            return (null, "Its crik does not answer, or does not run its program yet.");
        }

        if (!await world.Moving.Places.IsSeenByWebhookAsync(pod.Json, cancellationToken))
        {
            return (null, "The webhook is not asked about pods like it. Give the template the label crik.dev/inject: \"true\".");
        }

        string? obstacle = null;
        foreach (string node in candidate.Destinations)
        {
            switch (await world.Moving.Places.ChooseAsync(PodManifest.WithoutPin(pod.Json), criks, new MigrationDestination { Node = node }, cancellationToken))
            {
                case Place.Found found:
                    return (found.Node, "");
                case Place.Refused refused:
                    obstacle ??= refused.Message;
                    break;
            }
        }

        return (null, obstacle ?? "");
    }
}
