using System.Buffers;
using Crik.Contracts;
using Crik.NodeStateServer.State;

namespace Crik.NodeStateServer.Endpoints;

/// <summary>
/// The answers about all nodes at one moment, sorted by name, as JSON. It is made once and sent to many. 15,000 nodes have
/// 4 MB, so its memory is used again for a later moment.
/// </summary>
internal sealed class RenderedNodes
{
    /// <summary>Arrays of this size are not on the heap of large objects, which is collected rarely.</summary>
    private const int ChunkSize = 64 << 10;

    private readonly List<byte[]> _chunks = [];
    private readonly List<Piece> _pieces = [];
    private readonly ArrayBufferWriter<byte> _one = new(1024);
    private int _chunk;
    private int _used;

    /// <summary>The number of the last change that is certainly in it.</summary>
    public long At { get; private set; }

    public DateTimeOffset? ObservedAt { get; private set; }

    public IReadOnlyList<Piece> Pieces => _pieces;

    public ReadOnlyMemory<byte> BytesOf(Piece piece) => _chunks[piece.Chunk].AsMemory(piece.Start, piece.Length);

    public void Fill(NodeStateStore store)
    {
        // A change after this may be in it or not. Whoever follows the changes gets it again.
        At = store.LastChange;
        ObservedAt = store.History.ObservedAt;
        (_chunk, _used) = (0, 0);
        _pieces.Clear();
        NodeAnswer[] answers = [.. store.All()];
        Array.Sort(answers, static (one, other) => string.CompareOrdinal(one.Name, other.Name));
        foreach (NodeAnswer answer in answers)
        {
            _one.ResetWrittenCount();
            answer.WriteTo(_one);
            Add(_one.WrittenSpan, answer.State);
        }
    }

    private void Add(ReadOnlySpan<byte> json, NodeState state)
    {
        if (_chunk < _chunks.Count && _used + json.Length > _chunks[_chunk].Length)
        {
            (_chunk, _used) = (_chunk + 1, 0);
        }

        if (_chunk == _chunks.Count)
        {
            _chunks.Add(new byte[Math.Max(ChunkSize, json.Length)]);
        }
        else if (_chunks[_chunk].Length < json.Length)
        {
            _chunks[_chunk] = new byte[json.Length];
        }

        json.CopyTo(_chunks[_chunk].AsSpan(_used));
        _pieces.Add(new Piece(_chunk, _used, json.Length, state));
        _used += json.Length;
    }

    /// <summary>Where the JSON of one node is.</summary>
    internal readonly record struct Piece(int Chunk, int Start, int Length, NodeState State);
}
