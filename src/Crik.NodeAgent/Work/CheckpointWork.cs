using System.Collections.Concurrent;
using Crik.Contracts.PodCheckpoints;
using Crik.Kubernetes.Resources;
using Crik.NodeAgent.Archives;
using Crik.NodeAgent.Steps;

namespace Crik.NodeAgent.Work;

/// <summary>
/// Does what <see cref="CheckpointDecision"/> says, one step after the other. It keeps nothing that it needs after a crash: each
/// step begins with the object, the directory and the pod as they are now.
/// </summary>
internal sealed class CheckpointWork
{
    private readonly World _world;
    private readonly AgentSettings _settings;
    private readonly KnownCheckpoints _known;
    private readonly FactsReader _reader;
    private readonly SavingSteps _saving;
    private readonly ImageSteps _images;
    private readonly StatusWriter _status;
    private readonly Intents _intents;
    private readonly TimeProvider _clock;
    private readonly ConcurrentDictionary<string, CancellationTokenSource> _slow = [];

    public CheckpointWork(World world, AgentSettings settings, KnownCheckpoints known, CheckpointMetrics metrics, TimeProvider clock)
    {
        (_world, _settings, _known, _clock) = (world, settings, known, clock);
        _intents = new Intents(known, new Attempts(), new DeletionPauses(clock));
        _reader = new FactsReader(world, settings, _intents, clock);
        _status = new StatusWriter(world, known, metrics, clock);
        _saving = new SavingSteps(world, _status, _intents, metrics, clock);
        _images = new ImageSteps(world, settings, _status, metrics, clock);
    }

    /// <summary>Goes on with an object until it has to wait, or until its next step belongs to the other queue.</summary>
    /// <param name="isSlow">Whether this is the queue for slow steps.</param>
    /// <exception cref="Kubernetes.Api.KubernetesException">The API server refused or did not answer. Do it again.</exception>
    public async Task<WorkResult> DoAsync(ObjectName name, bool isSlow, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (await _world.Objects.FindAsync(name, cancellationToken) is not { Metadata.Uid: { } uid } item)
            {
                _known.Forget(name); // the answer to a write may have come later than the news of the deletion
                return new WorkResult.Gone();
            }

            if (!isSlow && !KnownCheckpoints.IsSaving(item))
            {
                _known.Release(name);
            }

            CheckpointFacts facts = await _reader.ReadAsync(item, cancellationToken);
            CheckpointStep step = CheckpointDecision.Next(facts, _settings);
            switch (step)
            {
                case CheckpointStep.Nothing:
                    _intents.Forget(uid);
                    _reader.Forget(uid);
                    return new WorkResult.Done();
                case CheckpointStep.Wait wait:
                    return new WorkResult.Again(wait.Pause);
                case { IsSlow: true } when !isSlow:
                    return new WorkResult.OtherQueue { Meanwhile = facts.DeletionPause };
                case { IsSlow: false } when isSlow:
                    return new WorkResult.OtherQueue();
            }

            if (await (isSlow ? InterruptibleAsync(uid, token => StepAsync(facts, step, token), cancellationToken) : StepAsync(facts, step, cancellationToken)) is { } pause)
            {
                return new WorkResult.Again(pause) { HasFailed = true };
            }
        }
    }

    /// <summary>The object is being deleted. A push that runs for it would only make work for the deletion of the image.</summary>
    public void Interrupt(string uid)
    {
        if (_slow.TryGetValue(uid, out CancellationTokenSource? running))
        {
            try
            {
                running.Cancel();
            }
            catch (ObjectDisposedException)
            {
                // The step has just ended by itself.
            }
        }
    }

    /// <summary>Whether an archive of this object is on the node.</summary>
    public bool Holds(string uid) => _world.Archives.Held().Any(held => held.Uid == uid);

    /// <summary>Removes archives of the agent whose objects no longer exist.</summary>
    /// <param name="exists">Says of a UID whether there is such an object.</param>
    /// <returns>The archives that were removed.</returns>
    public IReadOnlyList<HeldArchive> RemoveOrphans(Func<string, bool> exists)
    {
        HeldArchive[] orphans = [.. _world.Archives.Held().Where(held => !exists(held.Uid))];
        foreach (HeldArchive orphan in orphans)
        {
            _world.Archives.Remove(orphan);
        }

        return orphans;
    }

    private async Task<TimeSpan?> InterruptibleAsync(string uid, Func<CancellationToken, Task<TimeSpan?>> step, CancellationToken cancellationToken)
    {
        using CancellationTokenSource interrupt = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _slow[uid] = interrupt;
        try
        {
            return await step(interrupt.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return null; // the object has changed; the next look says what is to be done
        }
        finally
        {
            _slow.TryRemove(uid, out _);
        }
    }

    /// <returns>Null to go on at once, or how long to wait.</returns>
    private async Task<TimeSpan?> StepAsync(CheckpointFacts facts, CheckpointStep step, CancellationToken cancellationToken)
    {
        PodCheckpointDocument item = facts.Object;
        switch (step)
        {
            case CheckpointStep.Fail fail:
                await _status.FailAsync(item, fail, _settings.Node, cancellationToken);
                return null;
            case CheckpointStep.Accept accept:
                await _status.WriteAsync(item, StatusChange.Accepted(item, accept, facts.Pod!, _settings.Node, _clock.GetUtcNow()), cancellationToken);
                return null;
            case CheckpointStep.Protect:
                await _saving.ProtectAsync(facts, cancellationToken);
                return null;
            case CheckpointStep.Save save:
                return await _saving.SaveAsync(item, Request(item), save.Container, cancellationToken);
            case CheckpointStep.Adopt adopt:
                return await _saving.ClaimAsync(item, adopt.FileName, adopt.Container, cancellationToken);
            case CheckpointStep.Discard discard:
                _world.Archives.Discard(discard.FileName);
                return null;
            case CheckpointStep.Record record:
                await _saving.RecordAsync(item, record.Container, record.Generation, cancellationToken);
                return null;
            case CheckpointStep.Verify verify:
                await _saving.VerifyAsync(item, Request(item), verify.Container, cancellationToken);
                return null;
            case CheckpointStep.DeletePod:
                await _saving.DeletePodAsync(facts, Request(item), _settings.PushLimit, cancellationToken);
                return null;
            case CheckpointStep.RemoveArchive remove:
                _world.Archives.Remove(new HeldArchive(item.Metadata!.Uid!, remove.Container));
                return null;
            case CheckpointStep.Push push:
                return await _images.PushAsync(facts, Request(item), push.Container, cancellationToken);
            case CheckpointStep.Release:
                return await _images.ReleaseAsync(item, cancellationToken);
            case CheckpointStep.Finish:
                await _status.FinishAsync(item, cancellationToken);
                return null;
            default:
                throw new InvalidOperationException($"nobody knows the step {step}");
        }
    }

    private CheckpointRequest Request(PodCheckpointDocument item) =>
        CheckpointRequest.Read(item.Spec, _settings, out string problem) ?? throw new InvalidOperationException(problem);
}
