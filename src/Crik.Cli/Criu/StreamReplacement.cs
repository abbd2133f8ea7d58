namespace Crik.Criu;

/// <summary>Which open file descriptions of the images are the old pod's streams 0 to 2, and what they become.</summary>
internal sealed class StreamReplacement
{
    private readonly Dictionary<uint, SortedSet<int>> _streams = [];
    private readonly uint _firstNewId;

    /// <param name="firstNewId">Above all ids in the images.</param>
    public StreamReplacement(uint firstNewId)
    {
        _firstNewId = firstNewId;
    }

    public bool IsEmpty => _streams.Count == 0;

    public IEnumerable<int> Streams => _streams.Values.SelectMany(streams => streams).Distinct().Order();

    /// <summary>What <c>--inherit-fd</c> calls a stream.</summary>
    public static string Name(int stream) => $"crik/stdio/{stream}";

    public void Add(uint id, int stream)
    {
        if (!_streams.TryGetValue(id, out SortedSet<int>? streams))
        {
            _streams.Add(id, streams = []);
        }

        streams.Add(stream);
    }

    public uint NewId(int stream) => _firstNewId + (uint)stream;

    /// <summary>Where a description goes that is none of a task's first three descriptors: to standard output, if it was that too.</summary>
    public int? Default(uint id) => !_streams.TryGetValue(id, out SortedSet<int>? streams) ? null : streams.Contains(1) ? 1 : streams.Min;

    public int? StreamOf(uint id, int descriptor) =>
        _streams.TryGetValue(id, out SortedSet<int>? streams) && streams.Contains(descriptor) ? descriptor : Default(id);
}
