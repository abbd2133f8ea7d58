using Crik.Contracts.PodMigrations;
using Crik.Operator.Migrations.Placing;

namespace Crik.Operator.Migrations.Deciding;

/// <summary>Decides whether the move of a pod can work, before anything is done. It is pure.</summary>
internal static class MoveChecking
{
    private static readonly MigrationStep.Wait s_wait = new(MigrationDecision.Soon);

    public static MigrationStep Next(MoveFacts facts, DateTimeOffset now)
    {
        PodMove move = facts.Move;
        return facts.Old is not { IsEnding: false } pod ? GiveUp(move, PodMigrationReasons.PodNotFound, $"The pod {move.Name} is gone, or is being deleted.")
            : pod.IsMirror || pod.Owner is { Kind: "DaemonSet" or "Node" }
                ? GiveUp(move, PodMigrationReasons.BoundToNode, $"The pod {pod.Name} belongs to its node: a DaemonSet or the kubelet makes it.")
            : pod.Owner is { } other && !pod.HasKnownController ? GiveUp(move, PodMigrationReasons.ControllerUnknown,
                $"The pod {pod.Name} belongs to the {other.Kind} {other.Name}, and nobody knows whether that makes another one.")
            : pod.Phase is not "Running" ? GiveUp(move, PodMigrationReasons.PodNotRunning, $"The pod {pod.Name} does not run: its phase is {pod.Phase}.")
            : facts.IsTaken ? GiveUp(move, PodMigrationReasons.AlreadyMoving, $"Another PodMigration moves the pod {pod.Name}.")
            : facts.IsControllerBusy ? s_wait
            : facts.IsByImage && ImageMove.Obstacle(facts, pod) is { } obstacle ? obstacle
            : facts.IsByImage ? Placing(facts, pod)
            : facts.Crik is null && pod.CrikContainers.Count > 0 && move.StartTime is null ? new MigrationStep.NoteStart(move.Uid!)
            : facts.Crik is null && now - move.StartTime < MoveDecision.Answering ? s_wait
            : facts.Crik is not { Count: > 0 } criks ? GiveUp(move, PodMigrationReasons.CrikNotRunning,
                $"crik does not answer in {(pod.CrikContainers.Count > 0 ? string.Join(" and ", pod.CrikContainers) : "any container")} of the pod {pod.Name}. "
                + "Inject it, and create another PodMigration.")
            : criks.Any(static crik => !crik.HasProgram)
                ? GiveUp(move, PodMigrationReasons.PodNotRunning, $"crik still starts or restores the program of the pod {pod.Name}. Move it when it is ready.")
            : Placing(facts, pod);
    }

    private static MigrationStep Placing(MoveFacts facts, MovingPod pod)
    {
        PodMove move = facts.Move;
        return !facts.IsBare && !facts.IsSeenByWebhook ? GiveUp(move, PodMigrationReasons.NotSeenByWebhook,
                $"The webhook is not asked about pods like {pod.Name}, so it could not bring the replacement to its node. Give the template the label {(facts.IsByImage ? "crik.dev/restore" : "crik.dev/inject")}: \"true\".")
            : facts.Place is Place.Refused refused ? GiveUp(move, refused.Reason, refused.Message)
            : facts.IsBare && facts.Manifest is null
                ? GiveUp(move, PodMigrationReasons.PodTooLarge, $"The pod {pod.Name} has no controller, and is too large to be kept while it is made again.")
            : facts.Place is Place.Found found ? new MigrationStep.Accept(facts, found.Node)
            : s_wait;
    }

    private static MigrationStep.GiveUp GiveUp(PodMove move, string reason, string message) => new(move.Uid!, reason, message);
}
