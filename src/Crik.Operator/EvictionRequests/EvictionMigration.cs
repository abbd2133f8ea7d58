using Crik.Contracts.PodCheckpoints;
using Crik.Contracts.PodMigrations;

namespace Crik.Operator.EvictionRequests;

/// <summary>The PodMigration for an Eviction. It is pure.</summary>
internal static class EvictionMigration
{
    /// <summary>How long the move may wait for its turn. If the move has not begun by then, crik gives up and the next responder acts.</summary>
    private const string Deadline = "10m";

    /// <summary>A name of its own for each Eviction, so that nobody makes a second one.</summary>
    public static string NameFor(SeenEviction eviction) => $"eviction-{eviction.Uid}";

    public static PodMigrationDocument Make(string space, string name, SeenEviction eviction) => PodMigrationDocument.New(
        new ObjectMetadata
        {
            Name = NameFor(eviction),
            Namespace = space,
            Labels = new Dictionary<string, string> { [EvictionNames.Eviction] = eviction.Uid },
            Annotations = new Dictionary<string, string> { [EvictionNames.Eviction] = name },
        },
        new PodMigrationSpec { Pod = eviction.Pod, PodUid = eviction.PodUid, Deadline = Deadline });

    /// <summary>Whether a PodMigration of this name is the one that crik makes: others may make one of the name, too.</summary>
    public static bool IsFor(PodMigrationDocument item, SeenEviction eviction) => item.Metadata?.Name == NameFor(eviction) && item.Spec?.PodUid == eviction.PodUid;

    /// <summary>Whether the last message that crik wrote is about its own PodMigration. A sign of life alone may have been about that of somebody else.</summary>
    public static bool WasReported(SeenEviction eviction) => eviction.Message.Contains(NameFor(eviction), StringComparison.Ordinal);

    /// <returns>The name of the Eviction for which it was made, or null.</returns>
    public static string? EvictionOf(PodMigrationDocument item) => item.Metadata?.Annotations?.GetValueOrDefault(EvictionNames.Eviction);
}
