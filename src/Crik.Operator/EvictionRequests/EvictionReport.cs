using System.Globalization;
using System.Text.Json.Nodes;
using Crik.Pods.Reading;

namespace Crik.Operator.EvictionRequests;

/// <summary>Writes into an Eviction what crik has to say. It is pure.</summary>
internal static class EvictionReport
{
    /// <param name="eviction">The whole object. The entries of the other responders stay as they are.</param>
    /// <returns>A changed copy, or null if there is no entry of crik: its controller makes that.</returns>
    public static JsonObject? Make(JsonObject eviction, string message, DateTimeOffset now, bool isComplete)
    {
        JsonObject next = eviction.DeepClone().AsObject();
        if (SeenEviction.Own(next.At("status", "responders")) is not { } own)
        {
            return null;
        }

        // The API server refuses times before those that are there. The clock of whoever wrote them may be ahead.
        DateTimeOffset[] times = [.. new[] { now, SeenEviction.Time(own.At("startTime")), SeenEviction.Time(own.At("heartbeatTime")) }.OfType<DateTimeOffset>()];
        string time = times.Max().UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        own["message"] = message;
        if (!isComplete || own.At("heartbeatTime") is null)
        {
            own["heartbeatTime"] = time;
        }

        if (isComplete)
        {
            own["completionTime"] = time;
        }

        return next;
    }
}
