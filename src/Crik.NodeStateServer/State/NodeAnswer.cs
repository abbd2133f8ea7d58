using System.Text.Json;
using Crik.Contracts;
using Crik.NodeStateServer.Signals;

namespace Crik.NodeStateServer.State;

/// <summary>The answer about one node. It is immutable: a change of the node makes a new answer.</summary>
internal sealed class NodeAnswer(string name, NodeState state, string? signal, string reason, DateTimeOffset? since, DateTimeOffset? deadline)
{
    private byte[]? _json;

    public string Name { get; } = name;

    public NodeState State { get; } = state;

    public string? Signal { get; } = signal;

    public string Reason { get; } = reason;

    public DateTimeOffset? Since { get; } = since;

    public DateTimeOffset? Deadline { get; } = deadline;

    public long Version { get; } = VersionOf(state, reason, deadline);

    /// <summary>
    /// The answer as JSON. It is made at the first request and then kept: nobody asks about most nodes, but some are
    /// asked about thousands of times.
    /// </summary>
    public ReadOnlyMemory<byte> Json => _json ??= JsonSerializer.SerializeToUtf8Bytes(ToResponse(), ContractsJson.Default.NodeStateResponse);

    /// <summary>The answer with what is known about a pod of the node.</summary>
    public byte[] JsonWith(string disruption) =>
        JsonSerializer.SerializeToUtf8Bytes(ToResponse() with { Disruption = disruption }, ContractsJson.Default.NodeStateResponse);

    /// <summary>Writes the answer into a larger document, and does not keep the JSON.</summary>
    public void WriteTo(Utf8JsonWriter writer)
    {
        if (_json is { } json)
        {
            writer.WriteRawValue(json, skipInputValidation: true);
        }
        else
        {
            JsonSerializer.Serialize(writer, ToResponse(), ContractsJson.Default.NodeStateResponse);
        }
    }

    private NodeStateResponse ToResponse() =>
        new() { Name = Name, State = State, Reason = Reason, Since = Since, Deadline = Deadline, Version = Version };

    /// <summary>
    /// Tells whether a new verdict leaves this answer as it is. A verdict without a time keeps the time at which the
    /// sign was first seen.
    /// </summary>
    public bool IsSameAs(Verdict verdict) =>
        State == verdict.State && Signal == verdict.Signal && Reason == verdict.Reason && Deadline == verdict.Deadline
        && (verdict.Since is null || verdict.Since == Since);

    /// <summary>
    /// Computes a hash (FNV-1a) that is the same on every replica, so that a client may ask another replica. It
    /// therefore leaves out when a sign was first seen. It has 53 bits, because every JSON parser reads such a number
    /// exactly.
    /// </summary>
    private static long VersionOf(NodeState state, string reason, DateTimeOffset? deadline)
    {
        const ulong Prime = 1099511628211;
        ulong hash = 14695981039346656037;
        hash = (hash ^ (ulong)state) * Prime;
        hash = (hash ^ (ulong)(deadline?.UtcTicks ?? 0)) * Prime;
        foreach (char letter in reason)
        {
            hash = (hash ^ letter) * Prime;
        }

        hash ^= hash >> 32;
        return (long)(hash & ((1UL << 53) - 1)) is var version and not 0 ? version : 1;
    }
}
