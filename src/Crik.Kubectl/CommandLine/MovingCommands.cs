namespace Crik.Kubectl.CommandLine;

/// <summary>The commands that move pods, a part of <see cref="CommandTable"/>.</summary>
internal static class MovingCommands
{
    public const string Migrate = "migrate", Migrations = "migrations", Drain = "drain";

    public const string Movable = "POD|KIND/NAME", Node = "NODE";

    public static CommandOption Wait { get; } = new("--wait", null, "Wait until the pods have moved, and report each step.");

    public static CommandOption Parallel { get; } = new("--parallel", "NUMBER", "How many pods are moved at the same time. The default is 1.");

    public static CommandOption IgnoreDaemonSets { get; } = new("--ignore-daemonsets", null, "Leave the pods of DaemonSets where they are.");

    public static CommandOption DeleteEmptyDirData { get; } =
        new("--delete-emptydir-data", null, "Also take pods with an emptyDir from the node. Their data there are lost.");

    public static CommandOption Force { get; } = new("--force", null, "Also delete pods without a controller and without crik, which nobody makes again.");

    /// <param name="known">Options of the table, which cannot be read while it is being made.</param>
    public static IReadOnlyList<CommandSpec> Using((CommandOption To, CommandOption Timeout, CommandOption AllNamespaces, CommandOption Output, CommandOption Engine) known) =>
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
            known.Engine with { Description = "Who saves it: crik in the pod, the kubelet as an image, or auto: crik where it runs." },
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
        new(Drain, [Node], "empty a node, and move what runs under crik",
            """
            Cordons a node, moves its pods under crik to other nodes with a PodMigration
            each, and evicts the others, as kubectl drain does. Before each move too, it
            waits until the PodDisruptionBudgets would allow an eviction. If a pod forbids
            it, nothing is done. The exit code is 1 if a pod is still there; the others have
            left, and the node stays cordoned.

            """,
            """
            kubectl crik drain worker-1 --ignore-daemonsets --delete-emptydir-data

            """, IgnoreDaemonSets, DeleteEmptyDirData, Force, Parallel with { Description = "How many pods are moved at the same time. The default is 4." },
            known.Timeout with { Description = "How long all of it may take, such as 30m. The default is no limit." }),
    ];
}
