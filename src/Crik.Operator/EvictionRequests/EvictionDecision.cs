using Crik.Contracts.PodMigrations;

namespace Crik.Operator.EvictionRequests;

/// <summary>Decides the next step for an Eviction. It is a pure function of what is in the cluster.</summary>
internal static class EvictionDecision
{
    /// <summary>How long no sign of life may be given. After 20 minutes the next responder takes over.</summary>
    public static readonly TimeSpan Heartbeat = TimeSpan.FromMinutes(3);

    /// <summary>Signs of life have to be this far apart.</summary>
    public static readonly TimeSpan Apart = TimeSpan.FromSeconds(20);

    public static EvictionStep Next(EvictionFacts facts)
    {
        if (facts.Left.FirstOrDefault(static item => MayBeRemoved(item) || IsOver(item)) is { Metadata.DeletionTimestamp: null } left)
        {
            return new EvictionStep.Remove(left);
        }

        return facts.Eviction is not { } eviction ? new EvictionStep.Nothing() : eviction.State switch
        {
            ResponderState.Active when eviction.CompletionTime is null => Active(facts, eviction),
            ResponderState.Canceled or ResponderState.Interrupted when facts.Own is { } own && MayBeRemoved(own) => new EvictionStep.Remove(own),
            _ => new EvictionStep.Nothing(),
        };
    }

    private static EvictionStep Active(EvictionFacts facts, SeenEviction eviction)
    {
        if ((facts.Own is { } own && !IsOver(own) ? own : facts.Other) is { } open)
        {
            return Progress(eviction, EvictionMessages.Of(open), facts.Now);
        }

        return facts.Own is { } over ? new EvictionStep.Complete(EvictionMessages.Of(over))
            : facts.Pod?.Uid != eviction.PodUid || facts.Pod.IsEnding ? new EvictionStep.Complete($"The pod {eviction.Pod} is gone, or is being deleted.")
            : facts.Pod.CrikContainers.Count == 0 ? new EvictionStep.Complete($"No container of the pod {eviction.Pod} runs under crik, so it was not moved.")
            : eviction.HeartbeatTime is not null ? new EvictionStep.Complete($"No PodMigration moves the pod {eviction.Pod} any more: somebody has deleted it.")
            : new EvictionStep.Move(eviction);
    }

    private static EvictionStep Progress(SeenEviction eviction, string message, DateTimeOffset now)
    {
        TimeSpan due = eviction.Message == message ? Heartbeat : Apart;
        if (eviction.HeartbeatTime is not { } before || now - before >= due)
        {
            return new EvictionStep.Report(message);
        }

        TimeSpan left = before + due - now;
        return new EvictionStep.Wait(left < due ? left : due); // the clock of the API server may be ahead of this one
    }

    private static bool IsOver(PodMigrationDocument item) => item.Status?.CompletionTime is not null;

    /// <summary>A move whose deletion was announced goes on to its end: the replacement needs its destination.</summary>
    private static bool MayBeRemoved(PodMigrationDocument item) =>
        item is { Metadata.DeletionTimestamp: null, Status.CompletionTime: null } or { Metadata.DeletionTimestamp: null, Status: null }
        && (item.Status?.Pods ?? []).All(static move => move.AnnouncedTime is null);
}
