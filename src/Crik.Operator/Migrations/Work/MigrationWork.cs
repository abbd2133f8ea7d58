using Crik.Contracts.PodMigrations;
using Crik.Kubernetes.Api;
using Crik.Kubernetes.Resources;
using Crik.Operator.Migrations.Deciding;
using Crik.Pods.Reading;

namespace Crik.Operator.Migrations.Work;

/// <summary>
/// Does what <see cref="MigrationDecision"/> says, one step after the other. It keeps nothing that it needs after a crash: each
/// step begins with the object and the pods as they are now.
/// </summary>
internal sealed class MigrationWork(MigrationWorld world, MigrationMetrics metrics, TimeProvider clock)
{
    private readonly MigrationFactsReader _reader = new(world, clock);

    /// <summary>Goes on with an object until it has to wait.</summary>
    /// <returns>How long to wait, or null if nothing is left to do.</returns>
    /// <exception cref="KubernetesException">The API server refused or did not answer. Do it again.</exception>
    public async Task<TimeSpan?> DoAsync(ObjectName name, CancellationToken cancellationToken)
    {
        while (await world.Objects.FindAsync(name, cancellationToken) is { } item)
        {
            MigrationStep step = MigrationDecision.Next(await _reader.ReadAsync(item, cancellationToken));
            switch (step)
            {
                case MigrationStep.Nothing:
                    return null;
                case MigrationStep.Wait wait:
                    return wait.Pause;
            }

            if (await StepAsync(item, step, cancellationToken) is { } pause)
            {
                return pause;
            }
        }

        return null;
    }

    /// <summary>The steps of the whole object. The others are those of a pod.</summary>
    /// <returns>Null to go on at once, or how long to wait.</returns>
    private async Task<TimeSpan?> StepAsync(PodMigrationDocument item, MigrationStep step, CancellationToken cancellationToken)
    {
        DateTimeOffset now = clock.GetUtcNow();
        switch (step)
        {
            case MigrationStep.Protect:
                await world.Objects.ProtectAsync(item, cancellationToken);
                return null;
            case MigrationStep.Begin begin:
                await world.Objects.WriteStatusAsync(item, MigrationStatus.Begun(item, begin.Pods, now), cancellationToken);
                return null;
            case MigrationStep.Fail fail:
                await world.Objects.WriteStatusAsync(item, MigrationStatus.Failed(item, fail.Reason, fail.Message, now), cancellationToken);
                await world.Notices.TellAsync(item, null, fail.Reason, fail.Message, cancellationToken);
                return null;
            case MigrationStep.Finish:
                await world.Objects.WriteStatusAsync(item, MigrationStatus.Finished(item, now), cancellationToken);
                return null;
            case MigrationStep.Release:
                await world.Objects.ReleaseAsync(item, cancellationToken);
                return null;
            case MigrationStep.GiveUp or MigrationStep.Close or MigrationStep.Complete or MigrationStep.Accept or MigrationStep.NoteArmed
                or MigrationStep.Announce or MigrationStep.NoteEnding or MigrationStep.Claim:
                await NoteAsync(item, step, now, cancellationToken);
                return null;
            default:
                return await ActAsync(item, step, cancellationToken);
        }
    }

    /// <summary>The steps that only write what has happened, or what is intended, into the status of a pod.</summary>
    private async Task NoteAsync(PodMigrationDocument item, MigrationStep step, DateTimeOffset now, CancellationToken cancellationToken)
    {
        (string uid, Func<PodMove, PodMove> change) = step switch
        {
            MigrationStep.Accept accept => (accept.Facts.Move.Uid!, move => MoveStatus.Accepted(move, accept.Facts, accept.Destination, now)),
            MigrationStep.NoteArmed armed => (armed.Uid, move => MoveStatus.Armed(move, now)),
            MigrationStep.Announce announce => (announce.Facts.Move.Uid!, move => MoveStatus.Announced(move, announce.Facts, now)),
            MigrationStep.NoteEnding ending => (ending.Facts.Move.Uid!, move => MoveStatus.Ending(move, ending.Facts.Old!, now)),
            MigrationStep.Claim claim => (claim.Uid, move => MoveStatus.Replaced(move, claim.Replacement, now)),
            MigrationStep.Complete complete => (complete.Facts.Move.Uid!, move => MoveStatus.Completed(move, complete.Facts, now)),
            MigrationStep.GiveUp give => (give.Uid, move => MoveStatus.GivenUp(move, give.Reason, give.Message)),
            MigrationStep.Close close => (close.Uid, (Func<PodMove, PodMove>)(move => MoveStatus.Closed(move, now))),
            _ => throw new InvalidOperationException($"nobody knows the step {step}"),
        };
        PodMigrationDocument written = await world.Objects.WriteStatusAsync(item, MigrationStatus.With(item, uid, change), cancellationToken);
        if (written.Status?.Pods?.FirstOrDefault(move => move.Uid == uid) is { CompletionTime: not null, Reason: { } reason } done)
        {
            metrics.Count(reason, done.DowntimeMilliseconds is { } time ? TimeSpan.FromMilliseconds(time) : null);
            await world.Notices.TellAsync(written, done, reason, done.Message ?? "", cancellationToken);
        }
    }

    /// <summary>The steps that change something beside the object.</summary>
    private async Task<TimeSpan?> ActAsync(PodMigrationDocument item, MigrationStep step, CancellationToken cancellationToken)
    {
        (string space, string migration) = (item.Metadata!.Namespace!, item.Metadata.Uid!);
        switch (step)
        {
            case MigrationStep.Arm arm:
                await ArmAsync(item, arm.Facts, cancellationToken);
                return null;
            case MigrationStep.Disarm disarm:
                return await OrderAsync(space, disarm.Facts, isWanted: false, cancellationToken) is null ? null : MigrationDecision.Soon;
            case MigrationStep.Delete delete:
                await world.Pods.DeleteAsync(new ObjectName(space, delete.Name), delete.Uid, cancellationToken);
                return null;
            case MigrationStep.DeleteUnscheduled { Pod: var stuck }:
                await world.Pods.DeleteAsync(new ObjectName(space, stuck.Name), stuck.Uid, cancellationToken);
                return null;
            case MigrationStep.Recreate { Facts.Move: var move } recreate:
                await world.Pods.CreateAsync(space, PodManifest.Make(move.Manifest!, migration, recreate.IsPinned ? move.Destination : null), cancellationToken);
                return null;
            case MigrationStep.LiftGate lift:
                if (await world.Pods.FindAsync(new ObjectName(space, lift.Pod.Name), cancellationToken) is { } pod && pod.At("metadata", "uid").Text() == lift.Pod.Uid)
                {
                    await world.Pods.ChangeAsync(pod, PodManifest.WithoutGate(pod, migration, lift.Destination), cancellationToken);
                }

                return null;
            default:
                throw new InvalidOperationException($"nobody knows the step {step}");
        }
    }

    private async Task ArmAsync(PodMigrationDocument item, MoveFacts facts, CancellationToken cancellationToken)
    {
        if (await OrderAsync(item.Metadata!.Namespace!, facts, isWanted: true, cancellationToken) is { } problem)
        {
            await NoteAsync(item, new MigrationStep.GiveUp(facts.Move.Uid!, PodMigrationReasons.ArmFailed, problem), clock.GetUtcNow(), cancellationToken);
        }
    }

    /// <returns>Why a crik refuses, or null.</returns>
    private async Task<string?> OrderAsync(string space, MoveFacts facts, bool isWanted, CancellationToken cancellationToken)
    {
        foreach (CrikState crik in facts.Crik!.Where(crik => crik.IsArmed != isWanted))
        {
            if (await world.Criks.OrderAsync(new ObjectName(space, facts.Old!.Name), crik.Container, isWanted, cancellationToken) is { } problem)
            {
                return $"The container {crik.Container} of the pod {facts.Old.Name}: {problem}";
            }
        }

        return null;
    }
}
