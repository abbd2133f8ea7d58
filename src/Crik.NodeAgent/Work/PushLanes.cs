using System.Collections.Concurrent;
using Crik.Registry;

namespace Crik.NodeAgent.Work;

/// <summary>
/// Chooses the queue of a push by its registry, so that a registry that hangs does not hold the pushes to the others. The number
/// of queues is limited, because each push needs memory.
/// </summary>
/// <param name="repository">That of the agent. Its registry has most of the queues. Null: the first registry that is seen.</param>
/// <param name="parallel">How many images are pushed to that registry at the same time.</param>
internal sealed class PushLanes(string? repository, int parallel)
{
    /// <summary>The queues of all other registries, which take turns.</summary>
    private const int Others = 2;

    private readonly ConcurrentDictionary<string, int> _others = new(StringComparer.Ordinal);
    private string? _usual = repository is null ? null : RegistryOf(repository);
    private int _number = -1;

    public int Count => parallel + Others;

    /// <param name="into">The repository of the push. Null if it has none.</param>
    /// <param name="pod">The pod, as a number. Objects of one pod have the same queue.</param>
    public int Of(string? into, uint pod)
    {
        string registry = RegistryOf(into ?? "");
        string usual = Interlocked.CompareExchange(ref _usual, registry, null) ?? registry;
        return registry == usual ? (int)(pod % (uint)parallel) : parallel + _others.GetOrAdd(registry, _ => Interlocked.Increment(ref _number) % Others);
    }

    private static string RegistryOf(string repository) => ImageReference.TryParse(repository, out ImageReference? image) ? image.Registry : "";
}
