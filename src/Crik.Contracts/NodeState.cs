using System.Text.Json.Serialization;

namespace Crik.Contracts;

/// <summary>
/// Whether a node is about to go away. A larger value is a graver state. The names on the wire must never change.
/// </summary>
[JsonConverter(typeof(JsonStringEnumConverter<NodeState>))]
public enum NodeState
{
    /// <summary>There is no such node, or the server does not know yet.</summary>
    [JsonStringEnumMemberName("unknown")]
    Unknown,

    /// <summary>Nothing indicates that the node is going away.</summary>
    [JsonStringEnumMemberName("ready")]
    Ready,

    /// <summary>An early warning: no new pods are placed on the node. It may or may not go away.</summary>
    [JsonStringEnumMemberName("cordoned")]
    Cordoned,

    /// <summary>The node is being taken away.</summary>
    [JsonStringEnumMemberName("shutting-down")]
    ShuttingDown,

    /// <summary>The node no longer exists or no longer runs.</summary>
    [JsonStringEnumMemberName("gone")]
    Gone,
}
