using System.Buffers;
using System.Buffers.Text;
using System.Text.Json;
using Crik.Contracts;
using Crik.NodeStateServer.Signals;

namespace Crik.NodeStateServer.State;

/// <summary>
/// The answer about one node. A change of the node makes a new answer. Only <see cref="ResourceVersion"/> moves on, as long as
/// the Node is written without a change of the answer.
/// </summary>
internal sealed class NodeAnswer(string name, NodeState state, string? signal, string reason, DateTimeOffset? since, DateTimeOffset? deadline)
{
    private byte[]? _json;
    private string? _resourceVersion;

    public string Name { get; } = name;

    public NodeState State { get; } = state;

    public string? Signal { get; } = signal;

    public string Reason { get; } = reason;

    public DateTimeOffset? Since { get; } = since;

    public DateTimeOffset? Deadline { get; } = deadline;

    public long Version { get; } = VersionOf(state, signal, deadline);

    /// <summary>The resource version of the Node when this answer was last found to be true.</summary>
    public string? ResourceVersion { get => Volatile.Read(ref _resourceVersion); set => Volatile.Write(ref _resourceVersion, value); }

    /// <summary>When the server received what made this answer, as a timestamp of its clock.</summary>
    public long HeardAt { get; init; }

    /// <summary>
    /// The answer as JSON. All but its end is made at the first request and then kept: nobody asks about most nodes,
    /// but some are asked about thousands of times.
    /// </summary>
    public byte[] Json(DateTimeOffset? observedAt)
    {
        byte[] start = _json ??= Serialized(null);
        ArrayBufferWriter<byte> whole = new(start.Length + 96);
        WriteWithEnd(whole, start, observedAt);
        return whole.WrittenSpan.ToArray();
    }

    /// <summary>The answer with what is known about a pod of the node.</summary>
    public byte[] JsonWith(string disruption, DateTimeOffset? observedAt)
    {
        ArrayBufferWriter<byte> whole = new(512);
        WriteWithEnd(whole, Serialized(disruption), observedAt);
        return whole.WrittenSpan.ToArray();
    }

    /// <summary>Writes the answer into a larger document, and does not keep the JSON.</summary>
    public void WriteTo(IBufferWriter<byte> output) => WriteWithEnd(output, _json ?? Serialized(null), null);

    /// <summary>Writes the JSON without its last brace, then the two fields that change without a change of the answer.</summary>
    private void WriteWithEnd(IBufferWriter<byte> output, ReadOnlySpan<byte> json, DateTimeOffset? observedAt)
    {
        output.Write(json[..^1]);
        if (ResourceVersion is { } version)
        {
            output.Write(",\"resourceVersion\":\""u8);
            output.Write(JsonEncodedText.Encode(version).EncodedUtf8Bytes);
            output.Write("\""u8);
        }

        if (observedAt is { } time)
        {
            Span<byte> text = stackalloc byte[40];
            Utf8Formatter.TryFormat(time, text, out int length, 'O');
            output.Write(",\"observedAt\":\""u8);
            output.Write(text[..length]);
            output.Write("\""u8);
        }

        output.Write("}"u8);
    }

    private byte[] Serialized(string? disruption) => JsonSerializer.SerializeToUtf8Bytes(
        new NodeStateResponse { Name = Name, State = State, Reason = Reason, Since = Since, Deadline = Deadline, Disruption = disruption, Version = Version },
        ContractsJson.Default.NodeStateResponse);

    /// <summary>
    /// Tells whether a new verdict leaves this answer as it is. A verdict without a time keeps the time at which the
    /// sign was first seen.
    /// </summary>
    public bool IsSameAs(Verdict verdict) =>
        State == verdict.State && Signal == verdict.Signal && Reason == verdict.Reason && Deadline == verdict.Deadline
        && (verdict.Since is null || verdict.Since == Since);

    /// <summary>
    /// Computes a hash (FNV-1a) that is the same on every replica, so that a client may ask another replica. It
    /// therefore leaves out when a sign was first seen, and the words of the reason, which differ between releases. It
    /// has 53 bits, because every JSON parser reads such a number exactly.
    /// </summary>
    private static long VersionOf(NodeState state, string? signal, DateTimeOffset? deadline)
    {
        const ulong Prime = 1099511628211;
        ulong hash = 14695981039346656037;
        hash = (hash ^ (ulong)state) * Prime;
        hash = (hash ^ (ulong)(deadline?.UtcTicks ?? 0)) * Prime;
        foreach (char letter in signal ?? "")
        {
            hash = (hash ^ letter) * Prime;
        }

        hash ^= hash >> 32;
        return (long)(hash & ((1UL << 53) - 1)) is var version and not 0 ? version : 1;
    }
}
