using Crik.Contracts.Conditions;
using Crik.Contracts.PodCheckpoints;
using Crik.Kubernetes.Resources;
using Crik.NodeAgent.Archives;
using Crik.NodeAgent.Steps;

namespace Crik.NodeAgent.Work;

/// <summary>Reads what the next step of an object depends on, and no more of it than that.</summary>
internal sealed class FactsReader(World world, AgentSettings settings, Intents intents, TimeProvider clock)
{
    private readonly CrikQuestions _questions = new(world.Crik, clock);

    /// <summary>Nothing is left to do for this object.</summary>
    public void Forget(string uid) => _questions.Forget(uid);

    public async Task<CheckpointFacts> ReadAsync(PodCheckpointDocument item, CancellationToken cancellationToken)
    {
        string uid = item.Metadata!.Uid!;
        CheckpointFacts facts = new(item, null, clock.GetUtcNow())
        {
            Held = [.. world.Archives.Held().Where(held => held.Uid == uid).Select(static held => held.Container)],
        };
        if (item.Status is { } status && (status.Node is { } node && node != settings.Node || status.CompletionTime is not null))
        {
            return await WithRemainsAsync(facts, cancellationToken);
        }

        CheckpointRequest? request = CheckpointRequest.Read(item.Spec, settings, out _);
        if (request is null)
        {
            return facts;
        }

        facts = await WithResultsAsync(facts, request, cancellationToken);
        if (item.Metadata.DeletionTimestamp is not null || !NeedsPod(item, request))
        {
            return facts;
        }

        PodView? pod = await world.Pods.FindAsync(new ObjectName(item.Metadata.Namespace, request.Pod), cancellationToken);
        facts = facts with { Pod = pod };
        string? next = (item.Status?.Containers ?? []).FirstOrDefault(static one => one.SavedTime is null)?.Name;
        return item.Status?.Node is null
            ? await WithPossibilitiesAsync(facts, request, cancellationToken)
            : facts with
            {
                OtherIsSaving = intents.Known.IsOtherSaving(item, settings.Node),
                DiskProblem = world.Archives.DiskProblem(pod?.Containers.FirstOrDefault(one => one.Name == next)?.MemoryLimit),
                DeletionPause = intents.Deletions.Left(uid),
            };
    }

    private static bool NeedsPod(PodCheckpointDocument item, CheckpointRequest request) =>
        item.Status?.Node is null
        || (item.Status.Containers ?? []).Any(static container => container.SavedTime is null)
        || (request.DeletePod && !item.Status.Conditions.IsTrue(PodCheckpointConditions.PodDeleted));

    /// <summary>What an earlier request for the container has left, whose intent is in the status and whose result is not.</summary>
    private async Task<CheckpointFacts> WithResultsAsync(CheckpointFacts facts, CheckpointRequest request, CancellationToken cancellationToken)
    {
        if ((facts.Status.Containers ?? []).FirstOrDefault(static one => one.SavedTime is null) is not { Name: { } name, FrozenTime: { } since } || facts.Held.Contains(name))
        {
            return facts;
        }

        ContainerName container = new(facts.Object.Metadata!.Namespace!, request.Pod, name);
        CheckpointFacts seen = facts with { MayRunUntil = intents.Attempts.MayRunUntil(facts.Object.Metadata.Uid!, since, request.Timeout) };
        return facts.Status.Engine is CheckpointEngines.Crik
            ? seen with { Generation = await world.Crik.NewestAsync(container, since, cancellationToken) }
            : seen with { Found = await world.Archives.FindAsync(SavedContainer.Of(facts.Object, name), since, cancellationToken) };
    }

    /// <summary>
    /// What an object that has failed left in the directory of the kubelet. Younger archives than its failure are not its own, and
    /// while another object saves the pod, nobody knows whose they are.
    /// </summary>
    private async Task<CheckpointFacts> WithRemainsAsync(CheckpointFacts facts, CancellationToken cancellationToken)
    {
        PodCheckpointStatus status = facts.Status;
        if (status.Node != settings.Node || status.Engine is not CheckpointEngines.Kubelet || status.CompletionTime is not { } end
            || status.Containers!.FirstOrDefault(static one => one is { FrozenTime: not null, SavedTime: null }) is not { } open)
        {
            return facts;
        }

        SavedContainer container = SavedContainer.Of(facts.Object, open.Name!);
        IReadOnlyList<FoundArchive> found = await world.Archives.FindAsync(container, open.FrozenTime!.Value, cancellationToken);
        return facts with
        {
            Found = [.. found.Where(archive => archive.MadeAt <= end)],
            OtherIsSaving = intents.Known.IsOtherSaving(facts.Object, settings.Node),
        };
    }

    /// <summary>What decides about the engine, of an object that nobody has accepted yet.</summary>
    private async Task<CheckpointFacts> WithPossibilitiesAsync(CheckpointFacts facts, CheckpointRequest request, CancellationToken cancellationToken)
    {
        if (facts.Pod is not { Phase: "Running", IsEnding: false } pod || pod.Node != settings.Node)
        {
            return facts;
        }

        facts = await _questions.AnswerAsync(facts, pod, request, cancellationToken);
        return facts with
        {
            EncryptionProblem = request.EncryptionSecret is { } secret
                ? await world.Images.EncryptionProblemAsync(facts.Object.Metadata!.Namespace!, secret, cancellationToken) : null,
        };
    }
}
