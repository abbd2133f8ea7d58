namespace Crik.Operator.Migrations.Work;

/// <summary>What is written on a pod that replaces one, so that no other move takes it.</summary>
/// <param name="Migration">The UID of the PodMigration.</param>
/// <param name="Replaces">The UID of the pod that it replaces.</param>
/// <param name="Node">The only node on which it may run. Null: any.</param>
internal sealed record ReplacementMark(string Migration, string Replaces, string? Node);
