using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Crik.Contracts.Conditions;
using Crik.Contracts.PodCheckpoints;

namespace Crik.NodeAgent.Steps;

/// <summary>Computes the status after each step. All of it is pure.</summary>
internal static partial class StatusChange
{
    public static PodCheckpointStatus Accepted(PodCheckpointDocument item, CheckpointStep.Accept step, PodView pod, string node, DateTimeOffset now) =>
        Reconciling(item, $"The agent of the node {node} saves {string.Join(", ", step.Containers)}.", now) with
        {
            Node = node,
            PodUid = pod.Uid,
            StaticPodUid = pod.StaticUid,
            ControllerUid = pod.ControllerUid,
            Engine = step.Engine,
            Repository = step.Repository,
            StartTime = now,
            Containers = [.. step.Containers.Select(name => new ContainerCheckpoint
            {
                Name = name,
                Tag = step.Engine is CheckpointEngines.Kubelet ? PodCheckpointNames.Tag(item.Metadata!.Uid!, name) : null,
            })],
        };

    /// <summary>What a restore needs to know of the pod, and cannot believe the user of the object.</summary>
    /// <param name="pod">What is kept of the pod.</param>
    public static PodCheckpointStatus Protected(PodCheckpointDocument item, string pod) =>
        item.Status! with { PodSha256 = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(pod))) };

    /// <summary>The leader says why nobody works on an object yet.</summary>
    public static PodCheckpointStatus Waiting(PodCheckpointDocument item, string message, DateTimeOffset now) => Reconciling(item, message, now);

    public static PodCheckpointStatus Intended(PodCheckpointDocument item, string container, DateTimeOffset now) =>
        Changed(item.Status!, container, old => old with { FrozenTime = now });

    public static PodCheckpointStatus Saved(PodCheckpointDocument item, string container, Func<ContainerCheckpoint, ContainerCheckpoint> result, DateTimeOffset now)
    {
        PodCheckpointStatus status = Changed(item.Status!, container, result);
        return status.Containers!.All(static one => one.SavedTime is not null)
            ? status with { Conditions = status.Conditions.With(Done(item, PodCheckpointConditions.Saved, "Every container is saved."), now) }
            : status;
    }

    /// <param name="gap">Null if it was not measured, because the agent was interrupted.</param>
    public static PodCheckpointStatus PodDeleted(PodCheckpointDocument item, TimeSpan? gap, DateTimeOffset now) => item.Status! with
    {
        Gap = gap is { } time ? $"{Math.Max(0, time.TotalSeconds).ToString("0.000", CultureInfo.InvariantCulture)}s" : null,
        Conditions = item.Status.Conditions.With(Done(item, PodCheckpointConditions.PodDeleted, "The pod was deleted after all of its containers were saved."), now),
    };

    public static PodCheckpointStatus Pushed(PodCheckpointDocument item, string container, string image, DateTimeOffset now)
    {
        PodCheckpointStatus status = Changed(item.Status!, container, old => old with { Image = image, PushedTime = now, Archive = null });
        return status.Containers!.All(static one => one.PushedTime is not null)
            ? status with { Conditions = status.Conditions.With(Done(item, PodCheckpointConditions.Pushed, "Every image is in the registry."), now) }
            : status;
    }

    public static PodCheckpointStatus NotPushed(PodCheckpointDocument item, string message, bool isStalled, DateTimeOffset now) =>
        NotDone(item, PodCheckpointConditions.Pushed, new CheckpointStep.Fail(PodCheckpointReasons.PushFailed, message), isStalled, now);

    /// <summary>
    /// A push or the deletion of the pod has failed and is tried again. After a limit, the object is stalled all the same, so that
    /// somebody looks.
    /// </summary>
    /// <param name="type">The condition that is not true.</param>
    public static PodCheckpointStatus NotDone(PodCheckpointDocument item, string type, CheckpointStep.Fail why, bool isStalled, DateTimeOffset now)
    {
        PodCheckpointStatus status = item.Status! with
        {
            Conditions = item.Status.Conditions
                .With(Make(item, type, Condition.False, why.Reason, why.Message), now)
                .With(Make(item, PodCheckpointConditions.Ready, Condition.False, why.Reason, why.Message), now),
        };
        return !isStalled ? status : status with
        {
            Conditions = status.Conditions.Without(PodCheckpointConditions.Reconciling)
                .With(Make(item, PodCheckpointConditions.Stalled, Condition.True, why.Reason, why.Message), now),
        };
    }

    /// <summary>
    /// Whether what failed again says anything new. The numbers in messages, such as those of tries, bytes and digests, differ
    /// every time; a status that changed with them would be written for ever.
    /// </summary>
    /// <param name="type">The condition with the message.</param>
    public static bool IsNews(PodCheckpointStatus before, PodCheckpointStatus after, string type) =>
        before.Conditions.IsTrue(PodCheckpointConditions.Stalled) != after.Conditions.IsTrue(PodCheckpointConditions.Stalled)
        || before.Conditions.Find(type) is not { } old || after.Conditions.Find(type) is not { } next
        || old.Status != next.Status || old.Reason != next.Reason || WithoutNumbers(old.Message) != WithoutNumbers(next.Message);

    public static PodCheckpointStatus Finished(PodCheckpointDocument item, DateTimeOffset now) => item.Status! with
    {
        CompletionTime = now,
        Conditions = item.Status.Conditions.Without(PodCheckpointConditions.Reconciling).Without(PodCheckpointConditions.Stalled)
            .With(Make(item, PodCheckpointConditions.Ready, Condition.True, PodCheckpointReasons.Completed, "All was done that was asked for."), now),
    };

    public static PodCheckpointStatus Failed(PodCheckpointDocument item, CheckpointStep.Fail step, string? node, DateTimeOffset now)
    {
        PodCheckpointStatus status = item.Status ?? new PodCheckpointStatus();
        return status with
        {
            ObservedGeneration = item.Metadata?.Generation,
            Node = status.Node ?? node,
            StartTime = status.StartTime ?? now,
            CompletionTime = now,
            Containers = status.Containers is { } all ? [.. all.Select(static one => one with { Archive = null })] : null,
            Conditions = status.Conditions.Without(PodCheckpointConditions.Reconciling)
                .With(Make(item, PodCheckpointConditions.Ready, Condition.False, step.Reason, step.Message), now)
                .With(Make(item, PodCheckpointConditions.Stalled, Condition.True, step.Reason, step.Message), now),
        };
    }

    private static string WithoutNumbers(string? message) => Numbers().Replace(message ?? "", "#");

    [GeneratedRegex("[0-9a-f-]*[0-9][0-9a-f.-]*")]
    private static partial Regex Numbers();

    private static PodCheckpointStatus Reconciling(PodCheckpointDocument item, string message, DateTimeOffset now) => (item.Status ?? new PodCheckpointStatus()) with
    {
        ObservedGeneration = item.Metadata?.Generation,
        Conditions = (item.Status?.Conditions)
            .With(Make(item, PodCheckpointConditions.Ready, Condition.False, PodCheckpointReasons.InProgress, message), now)
            .With(Make(item, PodCheckpointConditions.Reconciling, Condition.True, PodCheckpointReasons.InProgress, message), now),
    };

    private static PodCheckpointStatus Changed(PodCheckpointStatus status, string container, Func<ContainerCheckpoint, ContainerCheckpoint> change) =>
        status with { Containers = [.. (status.Containers ?? []).Select(old => old.Name == container ? change(old) : old)] };

    private static Condition Done(PodCheckpointDocument item, string type, string message) => Make(item, type, Condition.True, PodCheckpointReasons.Done, message);

    private static Condition Make(PodCheckpointDocument item, string type, string status, string reason, string message) => new()
    {
        Type = type,
        Status = status,
        Reason = reason,
        Message = message,
        ObservedGeneration = item.Metadata?.Generation,
    };
}
