using System.Text.Json.Serialization;

namespace Crik.Contracts;

/// <summary>What is known about a node. The names on the wire are pinned here and never change.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<NodeState>))]
public enum NodeState
{
    /// <summary>No such node, or the server does not know yet.</summary>
    [JsonStringEnumMemberName("unknown")]
    Unknown,

    /// <summary>Nothing says that the node goes away.</summary>
    [JsonStringEnumMemberName("ready")]
    Ready,

    /// <summary>An early warning: nothing new is placed on the node, and it may or may not go away.</summary>
    [JsonStringEnumMemberName("cordoned")]
    Cordoned,

    /// <summary>The node is being taken away.</summary>
    [JsonStringEnumMemberName("shutting-down")]
    ShuttingDown,

    /// <summary>The node is not there any more.</summary>
    [JsonStringEnumMemberName("gone")]
    Gone,
}
