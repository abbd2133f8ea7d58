using Crik.Operator.Migrations.Work;
using Crik.Operator.Policies.Work;
using Crik.Operator.Upkeep;

namespace Crik.Operator.Leading;

/// <summary>What this replica counts while it leads.</summary>
internal sealed record LeaderMetrics(UpkeepMetrics Upkeep, MigrationMetrics Migrations, PolicyMetrics Policies);
