using Crik.Contracts.PodMigrations;

namespace Crik.Operator.Migrations.Deciding;

/// <summary>A change of the status of one pod.</summary>
internal sealed record MoveNote(string Uid, Func<PodMove, PodMove> Change);
