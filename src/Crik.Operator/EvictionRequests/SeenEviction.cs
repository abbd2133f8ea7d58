using System.Globalization;
using System.Text.Json.Nodes;
using Crik.Pods.Reading;

namespace Crik.Operator.EvictionRequests;

/// <summary>What crik needs to know of an Eviction. It is pure.</summary>
/// <param name="Pod">The name of the pod.</param>
/// <param name="PodUid">Another pod of the same name is not meant.</param>
internal sealed record SeenEviction(string Uid, string Pod, string PodUid, ResponderState State)
{
    /// <summary>When it became crik's turn.</summary>
    public DateTimeOffset? StartTime { get; init; }

    public DateTimeOffset? HeartbeatTime { get; init; }

    /// <summary>When crik said that it is done.</summary>
    public DateTimeOffset? CompletionTime { get; init; }

    public string Message { get; init; } = "";

    /// <returns>Null if the Eviction is not about a pod.</returns>
    public static SeenEviction? Of(JsonObject eviction)
    {
        JsonNode? target = eviction.At("spec", "target", "pod");
        if (eviction.At("metadata", "uid").Text() is not { } uid || target.At("name").Text() is not { } pod || target.At("uid").Text() is not { } podUid)
        {
            return null;
        }

        JsonObject? own = Own(eviction.At("status", "responders"));
        return new SeenEviction(uid, pod, podUid, Read(Own(eviction.At("status", "targetResponders")).At("state").Text()))
        {
            StartTime = Time(own.At("startTime")),
            HeartbeatTime = Time(own.At("heartbeatTime")),
            CompletionTime = Time(own.At("completionTime")),
            Message = own.At("message").Text() ?? "",
        };
    }

    /// <returns>The entry of crik in a list of responders, or null.</returns>
    public static JsonObject? Own(JsonNode? responders) => responders.Maps().FirstOrDefault(static one => one.At("name").Text() is EvictionNames.Responder);

    public static DateTimeOffset? Time(JsonNode? node) =>
        node.Text() is { } text && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time) ? time : null;

    private static ResponderState Read(string? state) => state switch
    {
        "Inactive" => ResponderState.Inactive,
        "Active" => ResponderState.Active,
        "Interrupted" => ResponderState.Interrupted,
        "Canceled" => ResponderState.Canceled,
        "Completed" => ResponderState.Completed,
        _ => ResponderState.None,
    };
}
