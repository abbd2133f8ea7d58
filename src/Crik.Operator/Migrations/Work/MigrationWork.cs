using Crik.Contracts.PodMigrations;
using Crik.Kubernetes.Api;
using Crik.Kubernetes.Resources;
using Crik.Operator.Migrations.Deciding;
using Crik.Pods.Reading;

namespace Crik.Operator.Migrations.Work;

/// <summary>
/// Does what <see cref="MigrationDecision"/> says, one step after the other. It keeps nothing that it needs after a crash: each
/// step begins with the object as it was read or written last, and with the pods as they are now.
/// </summary>
internal sealed class MigrationWork(MigrationWorld world, MigrationMetrics metrics, TimeProvider clock)
{
    /// <summary>How long the moves of an object wait after one of them failed.</summary>
    private static readonly TimeSpan s_afterFailure = TimeSpan.FromSeconds(5);

    private readonly MigrationFactsReader _reader = new(world, clock);

    /// <summary>Goes on with an object until it has to wait.</summary>
    /// <returns>How long to wait, or null if nothing is left to do.</returns>
    /// <exception cref="KubernetesException">The API server refused or did not answer. Do it again.</exception>
    public async Task<TimeSpan?> DoAsync(ObjectName name, CancellationToken cancellationToken)
    {
        HashSet<string> stuck = new(StringComparer.Ordinal);
        KubernetesException? problem = null;
        PodMigrationDocument? written = null;
        while ((written ?? await world.Objects.FindAsync(name, cancellationToken)) is { } item)
        {
            written = null;
            MigrationFacts facts = await _reader.ReadAsync(item, stuck, cancellationToken);
            problem ??= facts.Problem;
            MigrationStep step = MigrationDecision.Next(facts, out string? uid);
            if (step is MigrationStep.Nothing)
            {
                return null;
            }

            if (step is MigrationStep.Wait wait)
            {
                return Pause(facts, wait, problem);
            }

            try
            {
                (TimeSpan? pause, written) = await StepAsync(item, step, cancellationToken);
                if (pause is not null && uid is not null)
                {
                    stuck.Add(uid);
                }
            }
            catch (KubernetesException exception) when (uid is not null)
            {
                problem ??= exception;
                stuck.Add(uid); // the other moves go on
            }
        }

        return null;
    }

    /// <summary>A failure that all moves share is one of the API server, and the queue waits longer after each. Otherwise the others keep their pace.</summary>
    private TimeSpan Pause(MigrationFacts facts, MigrationStep.Wait wait, KubernetesException? problem)
    {
        if (problem is null)
        {
            return wait.Pause;
        }

        if (facts.Moves.All(static move => move.IsUnknown || move.Move.StartTime is null))
        {
            throw problem;
        }

        TimeSpan pause = wait.Pause > s_afterFailure ? wait.Pause : s_afterFailure;
        world.Notices.Stuck(facts.Object, problem, pause);
        return pause;
    }

    /// <summary>The steps of the whole object. The others are those of a pod.</summary>
    /// <returns>
    /// Null to go on at once, or how long to wait; and the object as the API server has written it, so that it need not be read again: if
    /// somebody changes it afterwards, the next write is a conflict. Null: the status was not written.
    /// </returns>
    private async Task<(TimeSpan? Pause, PodMigrationDocument? Written)> StepAsync(PodMigrationDocument item, MigrationStep step, CancellationToken cancellationToken)
    {
        DateTimeOffset now = clock.GetUtcNow();
        switch (step)
        {
            case MigrationStep.Protect:
                await world.Objects.ProtectAsync(item, cancellationToken);
                return (null, null);
            case MigrationStep.Begin begin:
                return (null, await world.Objects.WriteStatusAsync(item, MigrationStatus.Begun(item, begin.Pods, now), cancellationToken));
            case MigrationStep.Fail fail:
                await world.Objects.WriteStatusAsync(item, MigrationStatus.Failed(item, fail.Reason, fail.Message, now), cancellationToken);
                await world.Notices.TellAsync(item, null, fail.Reason, fail.Message, cancellationToken);
                return (null, null);
            case MigrationStep.Finish:
                return (null, await world.Objects.WriteStatusAsync(item, MigrationStatus.Finished(item, now), cancellationToken));
            case MigrationStep.Release:
                await world.Objects.ReleaseAsync(item, cancellationToken);
                return (null, null);
            default:
                return MoveNotes.Of(step, now) is { } note ? (null, await NoteAsync(item, note, cancellationToken)) : (await ActAsync(item, step, cancellationToken), null);
        }
    }

    /// <summary>The steps that only write what has happened, or what is intended, into the status of a pod.</summary>
    private async Task<PodMigrationDocument> NoteAsync(PodMigrationDocument item, MoveNote note, CancellationToken cancellationToken)
    {
        PodMigrationDocument written = await world.Objects.WriteStatusAsync(item, MigrationStatus.With(item, note.Uid, note.Change), cancellationToken);
        if (written.Status?.Pods?.FirstOrDefault(move => move.Uid == note.Uid) is { CompletionTime: not null, Reason: { } reason } done)
        {
            metrics.Count(reason, done.DowntimeMilliseconds is { } time ? TimeSpan.FromMilliseconds(time) : null);
            await world.Notices.TellAsync(written, done, reason, done.Message ?? "", cancellationToken);
        }

        return written;
    }

    /// <summary>The steps that change something beside the object.</summary>
    private async Task<TimeSpan?> ActAsync(PodMigrationDocument item, MigrationStep step, CancellationToken cancellationToken)
    {
        (string space, string migration) = (item.Metadata!.Namespace!, item.Metadata.Uid!);
        switch (step)
        {
            case MigrationStep.Arm arm:
                return await OrderAsync(item, arm.Facts, isWanted: true, cancellationToken);
            case MigrationStep.Disarm disarm:
                return await OrderAsync(item, disarm.Facts, isWanted: false, cancellationToken);
            case MigrationStep.Save { Facts.Move: var move }:
                await world.Checkpoints.CreateAsync(CheckpointOrder.Of(item, move), cancellationToken);
                return null;
            case MigrationStep.Withdraw { Checkpoint: var unbegun }:
                await world.Checkpoints.DeleteAsync(unbegun, cancellationToken);
                return null;
            case MigrationStep.Delete { Pod: var old }:
                await world.Pods.DeleteAsync(space, old, cancellationToken);
                return null;
            case MigrationStep.DeleteUnscheduled { Pod: var stuck }:
                await world.Pods.DeleteAsync(space, stuck, cancellationToken);
                return null;
            case MigrationStep.DeleteUnseen { Pod: var unseen }:
                await world.Pods.DeleteAsync(space, unseen, cancellationToken);
                return null;
            case MigrationStep.Recreate { Facts.Move: var gone } recreate:
                ReplacementMark made = new(migration, gone.Uid!, recreate.IsPinned ? gone.Destination : null);
                await world.Pods.CreateAsync(space, PodManifest.Make(gone, made), cancellationToken);
                return null;
            case MigrationStep.LiftGate lift:
                if (await world.Pods.FindAsync(new ObjectName(space, lift.Pod.Name), cancellationToken) is { } pod && pod.At("metadata", "uid").Text() == lift.Pod.Uid)
                {
                    ReplacementMark? mark = lift.Replaced is { } replaced ? new ReplacementMark(migration, replaced.Uid!, replaced.Destination) : null;
                    await world.Pods.ChangeAsync(pod, PodManifest.WithoutGate(pod, mark, lift.Replaced), cancellationToken);
                }

                return null;
            default:
                throw new InvalidOperationException($"nobody knows the step {step}");
        }
    }

    /// <summary>Arms the criks of a pod, or disarms them.</summary>
    /// <returns>Null to go on at once, or how long to wait because one did not answer.</returns>
    private async Task<TimeSpan?> OrderAsync(PodMigrationDocument item, MoveFacts facts, bool isWanted, CancellationToken cancellationToken)
    {
        foreach (CrikState crik in facts.Crik!.Where(crik => crik.IsArmed != isWanted))
        {
            switch (await world.Criks.OrderAsync(new ObjectName(item.Metadata!.Namespace, facts.Old!.Name), crik.Container, isWanted, cancellationToken))
            {
                case OrderAnswer.Unknown:
                    return MigrationDecision.Soon;
                case OrderAnswer.Refused refused:
                    // A crik that will not be disarmed makes a checkpoint at its next SIGTERM, which does no harm.
                    string why = $"The container {crik.Container} of the pod {facts.Old.Name}: {refused.Why}";
                    MigrationStep step = isWanted
                        ? new MigrationStep.GiveUp(facts.Move.Uid!, PodMigrationReasons.ArmFailed, why)
                        : new MigrationStep.Close(facts.Move.Uid!);
                    await NoteAsync(item, MoveNotes.Of(step, clock.GetUtcNow())!, cancellationToken);
                    return null;
            }
        }

        return null;
    }
}
