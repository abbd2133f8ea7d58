using Crik.Operator.Migrations.Work;

namespace Crik.Operator.Policies.Work;

/// <summary>All that the work on policies reads and changes.</summary>
internal sealed record PolicyWorld
{
    public required IPolicyObjects Objects { get; init; }

    public required ILoads Loads { get; init; }

    public required IPolicyNotices Notices { get; init; }

    /// <summary>What says whether a pod can be moved, and where to. Policies change nothing of it.</summary>
    public required MigrationWorld Moving { get; init; }
}
