namespace Crik.Criu;

/// <summary>Knows which open files of the images are the old pod's streams 0 to 2, and which files replace them.</summary>
/// <param name="firstNewId">An id above all those in the images.</param>
internal sealed class StreamReplacement(uint firstNewId)
{
    private readonly Dictionary<uint, SortedSet<int>> _streams = [];

    public bool IsEmpty => _streams.Count == 0;

    public IEnumerable<int> Streams => _streams.Values.SelectMany(streams => streams).Distinct().Order();

    /// <summary>The name of a stream for <c>--inherit-fd</c>.</summary>
    public static string Name(int stream) => $"crik/stdio/{stream}";

    public void Add(uint id, int stream)
    {
        _streams.TryAdd(id, []);
        _streams[id].Add(stream);
    }

    public uint NewId(int stream) => firstNewId + (uint)stream;

    /// <summary>Finds the stream for a descriptor above 2 that leads to a stream. It is standard output if that had the same open file.</summary>
    public int? Default(uint id) => !_streams.TryGetValue(id, out SortedSet<int>? streams) ? null : streams.Contains(1) ? 1 : streams.Min;

    /// <summary>Finds the stream for a descriptor that leads to an open file; <see langword="null"/> when that is no stream.</summary>
    public int? StreamOf(uint id, int descriptor) =>
        _streams.TryGetValue(id, out SortedSet<int>? streams) && streams.Contains(descriptor) ? descriptor : Default(id);
}
