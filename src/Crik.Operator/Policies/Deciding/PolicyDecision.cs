using Crik.Contracts.MigrationPolicies;

namespace Crik.Operator.Policies.Deciding;

/// <summary>Decides the next step of a MigrationPolicy. It is a pure function of what is in the object and what was measured.</summary>
internal static class PolicyDecision
{
    /// <summary>How often the load is looked at.</summary>
    public static readonly TimeSpan Pace = TimeSpan.FromSeconds(15);

    /// <summary>How often it is looked at while a node has too much load and no pod is taken: each look asks the criks in some pods.</summary>
    private static readonly TimeSpan s_slowPace = TimeSpan.FromMinutes(1);

    /// <summary>The steps that need no look at nodes and pods.</summary>
    /// <returns>Null if the load has to be measured for the next step.</returns>
    public static PolicyStep? First(PolicyFacts facts)
    {
        if (facts.Object.Metadata?.DeletionTimestamp is not null)
        {
            return new PolicyStep.Nothing(); // Kubernetes deletes its PodMigrations with it, and their moves are undone
        }

        PolicyRequest? request = PolicyRequest.Read(facts.Object, out string problem);
        bool hasSource = request is not { IsSummary: true } || facts.MayAskKubelets;
        bool isInForce = request is { IsSuspended: false } && hasSource;
        if (PolicyBooks.Next(facts, mayBegin: isInForce && !request!.IsDryRun) is { } step)
        {
            return step;
        }

        if (isInForce)
        {
            return null;
        }

        MigrationPolicyStatus resting = request is null ? PolicyStatus.Stalled(facts, MigrationPolicyReasons.BadSpec, problem)
            : request.IsSuspended ? PolicyStatus.Suspended(facts)
            : PolicyStatus.Stalled(facts, MigrationPolicyReasons.SourceNotAvailable,
                "This operator may not ask kubelets. Set migration.policies.kubelets.enabled of the chart, or spec.source: metrics.");
        bool isBusy = facts.Moves.Any(static move => move.IsOpen);
        return (PolicyStep?)PolicyStatus.IfNew(facts, resting) ?? (isBusy ? new PolicyStep.Wait(Pace) : new PolicyStep.Nothing());
    }

    /// <summary>The nodes from which a pod should be taken now, the one that has waited longest first.</summary>
    public static IReadOnlyList<PolicyNode> Wanting(PolicyFacts facts, PolicyRequest request) =>
        facts.Moves.Count(static move => move.IsOpen) >= request.MaxConcurrent ? []
            : [.. NodesOf(facts, request).Where(node => node.OverloadedTime is not null && ObstacleOf(facts, request, node.Name!) is null)
                .OrderBy(static node => node.OverloadedTime).ThenBy(static node => node.Name, StringComparer.Ordinal)];

    /// <summary>The steps that depend on the load.</summary>
    public static PolicyStep Next(PolicyFacts facts, PolicyRequest request)
    {
        IReadOnlyList<PolicyNode> nodes = NodesOf(facts, request);
        MeasuredNode[] watched = [.. facts.Watched];
        if (watched.Length == 0 || watched.All(static node => node.Load is null))
        {
            (string reason, string message) = watched.Length == 0
                ? (MigrationPolicyReasons.NoNodes, "No node that is ready has the labels of spec.nodeSelector.")
                : (MigrationPolicyReasons.LoadUnknown, facts.Problem ?? "The last measurements of all nodes are older than two minutes, so nothing is done.");
            return PolicyStatus.IfNew(facts, PolicyStatus.Waiting(facts, reason, message, nodes)) ?? (PolicyStep)new PolicyStep.Wait(Pace);
        }

        nodes = [.. nodes.Select(node => node.OverloadedTime is null ? node
            : node with { Message = ObstacleOf(facts, request, node.Name!) ?? (facts.Choices.GetValueOrDefault(node.Name!) as PolicyChoice.Refused)?.Message })];
        PolicyChoice.Found[] found = [.. nodes.OrderBy(static node => node.OverloadedTime)
            .Select(node => facts.Choices.GetValueOrDefault(node.Name!)).OfType<PolicyChoice.Found>()];
        PolicyProposal[] proposals = request.IsDryRun ? [.. found.Select(one => Proposal(one, nodes))] : [];
        MigrationPolicyStatus status = PolicyStatus.Watching(facts, nodes, proposals, Ready(facts, nodes, proposals));
        string[] measured = [.. watched.Where(static node => node.Load is not null).Select(static node => node.Name)];
        if (!request.IsDryRun && found.Length > 0)
        {
            return new PolicyStep.Write(status with { Moves = [.. facts.Moves, Decided(facts, found[0])] }) { Measured = measured };
        }

        return PolicyStatus.IfNew(facts, status) is { } write ? write with { Measured = measured } : new PolicyStep.Wait(facts.Choices.Count > 0 ? s_slowPace : Pace);
    }

    /// <summary>A move that is about to begin. Its name is written before anything is created, so each repetition has the same.</summary>
    public static PolicyMove Decided(PolicyFacts facts, PolicyChoice.Found choice)
    {
        MeasuredPod pod = choice.Pod;
        return new PolicyMove
        {
            Name = MoveName.Make(facts, pod.Pod.Uid),
            Namespace = pod.Namespace,
            Pod = pod.Pod.Name,
            PodUid = pod.Pod.Uid,
            Workload = pod.Workload,
            Source = pod.Pod.Node,
            Destination = choice.Destination,
            DecidedTime = facts.Now,
        }.With(pod.Load);
    }

    /// <summary>What the status says of nodes was seen with the spec of that time. Another spec may have other thresholds, so it begins anew.</summary>
    private static IReadOnlyList<PolicyNode> NodesOf(PolicyFacts facts, PolicyRequest request)
    {
        IEnumerable<PolicyNode> before = facts.Object.Status?.ObservedGeneration == facts.Object.Metadata?.Generation ? facts.Object.Status?.Nodes ?? [] : [];
        return [.. facts.Watched.Select(node => NodeWatch.Next(before.FirstOrDefault(one => one.Name == node.Name), node, request, facts.Now)).OfType<PolicyNode>()];
    }

    /// <summary>A move whose source is not known yet, because the status was changed by somebody, may be one from any node.</summary>
    private static string? ObstacleOf(PolicyFacts facts, PolicyRequest request, string node) =>
        facts.Moves.FirstOrDefault(move => move.IsOpen && (move.Source is null || move.Source == node || move.Destination == node)) is { } open ? $"The pod {open.Namespace}/{open.Pod} is being moved."
            : PolicyMoves.CoolingUntil(facts.Moves, node, request, facts.Now) is { } end ? $"It cools down until {end:u} after the last move."
            : null;

    private static PolicyProposal Proposal(PolicyChoice.Found choice, IReadOnlyList<PolicyNode> nodes)
    {
        PolicyNode node = nodes.First(one => one.Name == choice.Pod.Pod.Node);
        return new PolicyProposal
        {
            Namespace = choice.Pod.Namespace,
            Pod = choice.Pod.Pod.Name,
            Source = node.Name,
            Destination = choice.Destination,
            Message = $"The node {node.Name} has had too much load since {node.AboveSince:u} ({node.Resource}).",
        };
    }

    private static (string Reason, string Message) Ready(PolicyFacts facts, IReadOnlyList<PolicyNode> nodes, PolicyProposal[] proposals)
    {
        string[] unknown = [.. facts.Watched.Where(static node => node.Load is null).Select(static node => node.Name)];
        string rest = unknown.Length == 0 ? "" : $" The load of {unknown.Length} nodes is not known, such as that of {unknown[0]}. {facts.Problem}".TrimEnd();
        int open = facts.Moves.Count(static move => move.IsOpen);
        return open > 0 ? (MigrationPolicyReasons.Moving, $"{open} pods are being moved.{rest}")
            : proposals.Length > 0 ? (MigrationPolicyReasons.WouldMove, $"{string.Join(", ", proposals.Select(static one => $"{one.Namespace}/{one.Pod}"))} would be moved. Set spec.dryRun to false to do it.{rest}")
            : nodes.FirstOrDefault(node => facts.Choices.GetValueOrDefault(node.Name!) is PolicyChoice.Refused) is { } stuck
                ? (MigrationPolicyReasons.NothingToMove, $"No pod can be taken from the node {stuck.Name}: {stuck.Message}{rest}")
            : (MigrationPolicyReasons.Watching, $"The load of the nodes is watched.{rest}");
    }
}
