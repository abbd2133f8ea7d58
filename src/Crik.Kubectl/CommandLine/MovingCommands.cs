namespace Crik.Kubectl.CommandLine;

/// <summary>The commands that move pods, a part of <see cref="CommandTable"/>.</summary>
internal static class MovingCommands
{
    public const string Migrate = "migrate", Migrations = "migrations";

    public const string Movable = "POD|KIND/NAME";

    public static CommandOption Wait { get; } = new("--wait", null, "Wait until the pods have moved, and report each step.");

    public static CommandOption Parallel { get; } = new("--parallel", "NUMBER", "How many pods are moved at the same time. The default is 1.");

    /// <param name="known">Options of the table, which cannot be read while it is being made.</param>
    public static IReadOnlyList<CommandSpec> Using((CommandOption To, CommandOption Timeout, CommandOption AllNamespaces, CommandOption Output) known) =>
    [
        new(Migrate, [Movable], "move pods to another node with their state",
            """
            Moves a pod, or the pods of a Deployment, StatefulSet, ReplicaSet or Job, to
            another node together with the state of their programs: it creates a
            PodMigration, which the operator carries out. The exit code is 1 if a pod has
            not moved, as far as --wait has waited for it.

            """,
            """
            kubectl crik migrate train-0 --to worker-2 --wait
            kubectl crik migrate deployment/web --wait --parallel 2

            """, known.To with { Description = "The node. Without this option, any other node that can take the pod." }, Wait, Parallel,
            known.Timeout with { Description = "How long moving one pod may take, such as 5m. The default is 10m." },
            known.Output with { Value = "json|yaml|name" }),
        new(Migrations, [], "show the moves of pods",
            """
            Shows the PodMigrations: each pod with where it comes from, where it goes, how
            far its move is or why it has failed, and how long its program stood still.

            """,
            """
            kubectl crik migrations -A

            """, known.AllNamespaces, known.Output with { Value = "table|json|yaml" }),
    ];
}
