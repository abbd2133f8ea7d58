using Crik.Contracts.Conditions;
using Crik.Contracts.PodCheckpoints;
using Crik.Kubernetes.Api;
using Crik.Kubernetes.Resources;
using Crik.NodeAgent.Steps;
using Crik.NodeAgent.Work;

namespace Crik.NodeAgent.Leading;

/// <summary>What only one agent does: it answers for objects that no agent can work on, and deletes those that have expired.</summary>
internal sealed class Upkeep(UpkeepParts parts, KnownCheckpoints known, RetentionRules rules, TimeProvider clock, ILogger<Upkeep> log)
{
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(15);

    /// <summary>A node that is registered again, or whose cloud forgets it for a moment, still has its archives.</summary>
    private static readonly TimeSpan s_nodePatience = TimeSpan.FromMinutes(10);

    /// <summary>Since when a node is missing.</summary>
    private readonly Dictionary<string, DateTimeOffset> _missing = [];

    /// <summary>Runs until it is canceled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                await LookAsync(cancellationToken);
            }
            catch (KubernetesException problem)
            {
                log.UpkeepFailed(problem.Message, s_interval.TotalSeconds);
            }

            await Task.Delay(s_interval, clock, cancellationToken);
        }
    }

    /// <summary>Looks at every object once.</summary>
    public async Task LookAsync(CancellationToken cancellationToken)
    {
        DateTimeOffset now = clock.GetUtcNow();
        foreach (PodCheckpointDocument item in known.All)
        {
            await TryAsync(item, () => LookAtAsync(item, now, cancellationToken));
        }

        foreach ((PodCheckpointDocument item, string rule) in Retention.Choose(known.All, rules, now))
        {
            await TryAsync(item, async () =>
            {
                await parts.Objects.DeleteAsync(item, cancellationToken);
                log.Expired(item.Metadata!.Namespace!, item.Metadata.Name!, rule);
            });
        }
    }

    /// <summary>One object that cannot be changed does not keep the others from it.</summary>
    private async Task TryAsync(PodCheckpointDocument item, Func<Task> look)
    {
        try
        {
            await look();
        }
        catch (KubernetesException problem) when (problem.Failure is not KubernetesFailure.NoAnswer)
        {
            log.Interrupted(item.Metadata!.Namespace!, item.Metadata.Name!, problem.Message, s_interval.TotalSeconds);
        }
    }

    private async Task LookAtAsync(PodCheckpointDocument item, DateTimeOffset now, CancellationToken cancellationToken)
    {
        switch (UpkeepDecision.Question(item, now))
        {
            case UpkeepQuestion.WhereIsThePod:
                await AnswerAsync(item, cancellationToken);
                break;
            case UpkeepQuestion.DoesTheNodeExist when await IsGoneAsync(item.Status!.Node!, now, cancellationToken):
                await LetGoAsync(item, cancellationToken);
                break;
        }
    }

    private async Task<bool> IsGoneAsync(string node, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (await parts.Nodes.ExistsAsync(node, cancellationToken))
        {
            _missing.Remove(node);
            return false;
        }

        return now - (_missing.TryGetValue(node, out DateTimeOffset since) ? since : _missing[node] = now) > s_nodePatience;
    }

    private async Task AnswerAsync(PodCheckpointDocument item, CancellationToken cancellationToken)
    {
        PodView? pod = await parts.Pods.FindAsync(new ObjectName(item.Metadata!.Namespace, item.Spec?.Pod ?? ""), cancellationToken);
        if (UpkeepDecision.AboutPod(item, pod, out string message) is { } failure)
        {
            await parts.Status.FailAsync(item, failure, node: null, cancellationToken);
        }
        else if (item.Status?.Conditions.Find(PodCheckpointConditions.Ready)?.Message != message)
        {
            await parts.Status.WriteAsync(item, StatusChange.Waiting(item, message, clock.GetUtcNow()), cancellationToken);
        }
    }

    private async Task LetGoAsync(PodCheckpointDocument item, CancellationToken cancellationToken)
    {
        if (item.Metadata!.DeletionTimestamp is null)
        {
            await parts.Status.FailAsync(item, UpkeepDecision.NodeGone(item), node: null, cancellationToken);
        }
        else if (item.Metadata.Finalizers?.Contains(PodCheckpointNames.ImageFinalizer) is true)
        {
            await parts.Images.ReleaseAsync(item, cancellationToken); // what fails is tried again at the next look
        }
    }
}
