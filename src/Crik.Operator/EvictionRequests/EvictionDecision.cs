using Crik.Contracts.PodMigrations;

namespace Crik.Operator.EvictionRequests;

/// <summary>Decides the next step for an Eviction. It is a pure function of what is in the cluster.</summary>
internal static class EvictionDecision
{
    /// <summary>The longest time between two heartbeats. After 20 minutes without one, the next responder takes over.</summary>
    public static readonly TimeSpan Heartbeat = TimeSpan.FromMinutes(3);

    /// <summary>Heartbeats have to be this far apart.</summary>
    public static readonly TimeSpan Apart = TimeSpan.FromSeconds(20);

    /// <summary>How long crik waits, since it became its turn, for moves of somebody else. They could go on for ever.</summary>
    public static readonly TimeSpan LongestForOthers = TimeSpan.FromMinutes(20);

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
        if (facts.Own is { } own && !IsOver(own))
        {
            return Progress(eviction, EvictionMessages.Of(own), facts.Now);
        }

        bool waitsForOthers = !(facts.Now - eviction.StartTime >= LongestForOthers);
        if (facts.Other is { } other)
        {
            return waitsForOthers ? Progress(eviction, EvictionMessages.Of(other), facts.Now)
                : new EvictionStep.Complete($"The PodMigration {other.Metadata?.Name} moves the pod and has not ended in time, so crik waits no longer.");
        }

        bool isThere = facts.Pod?.Uid == eviction.PodUid && !facts.Pod.IsEnding;
        if (facts.Own is { } over)
        {
            return isThere && waitsForOthers && WasLate(over) ? Again(over, eviction, facts.Now) : new EvictionStep.Complete(EvictionMessages.Of(over));
        }

        return !isThere ? new EvictionStep.Complete($"The pod {eviction.Pod} is gone, or is being deleted.")
            : facts.Pod!.CrikContainers.Count == 0 ? new EvictionStep.Complete($"No container of the pod {eviction.Pod} runs under crik, so it was not moved.")
            : facts.IsNameTaken ? new EvictionStep.Complete($"The pod was not moved: somebody has made a PodMigration {EvictionMigration.NameFor(eviction)} that is not for it.")
            : EvictionMigration.WasReported(eviction) ? new EvictionStep.Complete($"No PodMigration moves the pod {eviction.Pod} any more: somebody has deleted it.")
            : new EvictionStep.Move(eviction);
    }

    /// <summary>
    /// Makes room for a second PodMigration of the name. The message stops naming the first one before that is deleted; otherwise it
    /// would look as if somebody else had deleted it.
    /// </summary>
    private static EvictionStep Again(PodMigrationDocument over, SeenEviction eviction, DateTimeOffset now) =>
        EvictionMigration.WasReported(eviction) ? Progress(eviction, "Another move of the pod has ended, and the pod is still there. crik moves it now.", now)
            : over.Metadata?.DeletionTimestamp is null ? new EvictionStep.Remove(over)
            : new EvictionStep.Wait(Apart);

    /// <summary>Whether it ended because somebody else moved the pod already.</summary>
    private static bool WasLate(PodMigrationDocument over) => over.Status?.Pods is [{ Reason: PodMigrationReasons.AlreadyMoving }];

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
