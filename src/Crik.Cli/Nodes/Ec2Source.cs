using System.Text.Json;
using Crik.Contracts;

namespace Crik.Nodes;

/// <summary>
/// Asks EC2's metadata service (IMDSv2) for spot interruptions, which it announces two minutes ahead, for the end of an instance
/// in an Auto Scaling group with a lifecycle hook, for scheduled events, and for rebalance recommendations.
/// </summary>
internal sealed class Ec2Source(HttpAddress address, bool decides) : MetadataSource(address, decides)
{
    private const int TokenSeconds = 21600;

    private string? _token;

    public override string Name => "EC2's metadata";

    public override NodeAnswer Ask(Deadline deadline, int stop = -1) =>
        FromSpot(Find("/latest/meta-data/spot/instance-action", deadline, stop))
        ?? FromLifecycle(Find("/latest/meta-data/autoscaling/target-lifecycle-state", deadline, stop))
        ?? FromEvents(Find("/latest/meta-data/events/maintenance/scheduled", deadline, stop))
        ?? FromRebalance(Find("/latest/meta-data/events/recommendations/rebalance", deadline, stop))
        ?? NoSign;

    internal static NodeAnswer? FromSpot(string? text) => text is null ? null : Json(text, root =>
        Going($"EC2 will {Text(root, "action") ?? "interrupt"} the spot instance", ParseTime(Text(root, "time"))));

    internal static NodeAnswer? FromLifecycle(string? text) =>
        text is "Terminated" or "Warmed:Terminated" ? Going("its Auto Scaling group ends the instance") : null;

    internal static NodeAnswer? FromRebalance(string? text) => text is null ? null
        : new NodeAnswer(NodeState.Cordoned, "EC2 recommends to leave the spot instance (rebalance)");

    /// <summary>Counts only events that stop or restart the machine, which a network maintenance does not.</summary>
    internal static NodeAnswer? FromEvents(string? text) => text is null ? null : Json(text, root =>
    {
        foreach (JsonElement scheduled in root.EnumerateArray())
        {
            if (Text(scheduled, "State") == "active" && Text(scheduled, "Code") is "instance-stop" or "instance-retirement" or "instance-reboot" or "system-reboot")
            {
                return new NodeAnswer(NodeState.Cordoned, $"EC2 has scheduled {Text(scheduled, "Code")}", ParseTime(Text(scheduled, "NotBefore")));
            }
        }

        return null;
    });

    private string? Find(string target, Deadline deadline, int stop)
    {
        _token ??= GetToken(deadline, stop);
        HttpAnswer answer = Get();
        if (answer.Status == 401) // the token expired, or the instance was stopped and started
        {
            _token = GetToken(deadline, stop);
            answer = Get();
        }

        return TextOf(answer, Name, target);

        HttpAnswer Get() => Metadata.Ask("GET", target, [("X-aws-ec2-metadata-token", _token)], deadline, stop);
    }

    private string GetToken(Deadline deadline, int stop)
    {
        try
        {
            HttpAnswer answer = Metadata.Ask("PUT", "/latest/api/token", [("X-aws-ec2-metadata-token-ttl-seconds", $"{TokenSeconds}")], deadline, stop);
            return answer is { Status: 200, Body.Length: > 0 and < 1024 } && answer.Body.All(b => b is > 0x20 and < 0x7f)
                ? answer.Text
                : throw new HttpException($"EC2's metadata gave no token (status {answer.Status})");
        }
        catch (HttpException exception) when (exception.Message.EndsWith("in time", StringComparison.Ordinal))
        {
            throw new HttpException($"{exception.Message}; a pod needs a hop limit of 2 (HttpPutResponseHopLimit)");
        }
    }

    private static NodeAnswer? Json(string text, Func<JsonElement, NodeAnswer?> read) => ReadJson(text, "EC2's metadata", read);

    private static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
