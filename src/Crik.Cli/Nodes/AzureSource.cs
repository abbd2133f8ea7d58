using System.Text.Json;

namespace Crik.Nodes;

/// <summary>
/// Reads Azure's scheduled events. Preempt, Terminate, Redeploy and Reboot lose what is in memory. Freeze pauses the machine for
/// seconds and loses nothing, so it does not count.
/// </summary>
internal sealed class AzureSource(HttpAddress address, bool decides) : MetadataSource(address, decides)
{
    private static readonly (string, string)[] s_metadata = [("Metadata", "true")];

    private string? _machine;

    public override string Name => "Azure's metadata";

    public override NodeAnswer Ask(Deadline deadline, int stop = -1)
    {
        _machine ??= Find("/metadata/instance/compute/name?api-version=2021-02-01&format=text", s_metadata, deadline, stop)
            ?? throw new HttpException("Azure's metadata do not name this machine");
        string events = Find("/metadata/scheduledevents?api-version=2020-07-01", s_metadata, deadline, stop)
            ?? throw new HttpException("Azure's metadata have no scheduled events");
        return FromEvents(events, _machine) ?? NoSign;
    }

    /// <summary>The list covers the whole scale set, so only events that name this machine count.</summary>
    internal static NodeAnswer? FromEvents(string text, string machine) => ReadJson(text, "Azure's scheduled events", root =>
    {
        foreach (JsonElement scheduled in root.GetProperty("Events").EnumerateArray())
        {
            string type = scheduled.GetProperty("EventType").GetString() ?? "";
            bool isOurs = scheduled.GetProperty("Resources").EnumerateArray().Any(resource => string.Equals(resource.GetString(), machine, StringComparison.OrdinalIgnoreCase));
            if (isOurs && type is "Preempt" or "Terminate" or "Redeploy" or "Reboot")
            {
                return Going($"Azure has scheduled {type}", ParseTime(scheduled.GetProperty("NotBefore").GetString()));
            }
        }

        return null;
    });
}
