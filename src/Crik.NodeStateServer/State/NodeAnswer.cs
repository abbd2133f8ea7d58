using System.Text.Json;
using Crik.Contracts;
using Crik.NodeStateServer.Signals;

namespace Crik.NodeStateServer.State;

/// <summary>What is answered about one node until something changes. Never changes itself.</summary>
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

    /// <summary>Made once a change, when it is first asked for: most nodes are never asked about, some a thousand times.</summary>
    public ReadOnlyMemory<byte> Json => _json ??= JsonSerializer.SerializeToUtf8Bytes(ToResponse(), ContractsJson.Default.NodeStateResponse);

    /// <summary>Into a list of many, without keeping it.</summary>
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

    /// <summary>The same verdict again leaves the answer as it is; a sign without a time of its own keeps when it was first seen.</summary>
    public bool IsSameAs(Verdict verdict) =>
        State == verdict.State && Signal == verdict.Signal && Reason == verdict.Reason && Deadline == verdict.Deadline
        && (verdict.Since is null || verdict.Since == Since);

    /// <summary>
    /// Of what every replica sees alike, so that a client may go from one to another: FNV-1a, cut to what a JSON number holds
    /// exactly everywhere. When a sign was first seen is left out for that reason.
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
