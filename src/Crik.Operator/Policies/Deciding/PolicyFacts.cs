using Crik.Contracts.MigrationPolicies;
using Crik.Contracts.PodMigrations;

namespace Crik.Operator.Policies.Deciding;

/// <summary>All that the next step of a MigrationPolicy depends on.</summary>
internal sealed record PolicyFacts(MigrationPolicyDocument Object, DateTimeOffset Now)
{
    /// <summary>All PodMigrations of the cluster.</summary>
    public IReadOnlyList<PodMigrationDocument> Migrations { get; init; } = [];

    /// <summary>The nodes that are watched, and those to which pods may be moved.</summary>
    public IReadOnlyList<MeasuredNode> Nodes { get; init; } = [];

    public IReadOnlyList<MeasuredPod> Pods { get; init; } = [];

    /// <summary>Why the load of some or all nodes is not known. Null: nobody has refused.</summary>
    public string? Problem { get; init; }

    /// <summary>Whether this operator may ask kubelets.</summary>
    public bool MayAskKubelets { get; init; }

    /// <summary>By node with too much load: which pod would be taken from it now.</summary>
    public IReadOnlyDictionary<string, PolicyChoice> Choices { get; init; } = new Dictionary<string, PolicyChoice>();

    public IEnumerable<PolicyMove> Moves => PolicyMoves.Of(Object);

    public IEnumerable<MeasuredNode> Watched => Nodes.Where(static node => node.IsWatched);

    /// <summary>The PodMigrations that say that this policy has created them. Others can say so too.</summary>
    public IEnumerable<PodMigrationDocument> Own => Migrations.Where(item =>
        item.Metadata?.Labels?.GetValueOrDefault(MigrationPolicyNames.PolicyLabel) == Object.Metadata!.Name
        && item.Metadata?.OwnerReferences?.Any(owner => owner.Uid == Object.Metadata.Uid) is true);
}
