using System.Text.Json;
using Crik.Contracts;

namespace Crik.Nodes;

/// <summary>
/// Asks a cloud's metadata service, which knows when the machine is taken away but not when Kubernetes drains the node. When it
/// names no event, the node counts as staying only if the configuration chose this source by name.
/// </summary>
internal abstract class MetadataSource(HttpAddress address, bool decides) : NodeSource
{
    /// <summary>The address is the same in every cloud that crik asks.</summary>
    public static HttpAddress WellKnown => new("169.254.169.254", 80, "");

    public override bool ClocksAgree => Metadata.ClocksAgree;

    protected HttpExchange Metadata { get; } = new(address);

    protected NodeAnswer NoSign => decides
        ? new NodeAnswer(NodeState.Ready, "the metadata name no event")
        : NodeAnswer.Unknown("the metadata name no event, and a drain would not show there");

    protected static NodeAnswer Going(string reason, DateTimeOffset? deadline = null) => new(NodeState.ShuttingDown, reason, deadline);

    protected static DateTimeOffset? ParseTime(string? text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out DateTimeOffset time) ? time : null;

    /// <returns>The text; <see langword="null"/> when there is nothing of that name (404).</returns>
    protected string? Find(string target, IReadOnlyList<(string, string)> headers, Deadline deadline, int stop) =>
        TextOf(Metadata.Ask("GET", target, headers, deadline, stop), "the metadata service", target);

    protected static string? TextOf(HttpAnswer answer, string service, string target) => answer.Status switch
    {
        200 => answer.Text.Trim(),
        404 => null,
        _ => throw new HttpException($"{service} answered {target} with status {answer.Status}"),
    };

    /// <param name="what">What the text is, for the message when it cannot be read.</param>
    protected static NodeAnswer? ReadJson(string text, string what, Func<JsonElement, NodeAnswer?> read)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(text);
            return read(document.RootElement);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            throw new HttpException($"{what} cannot be read: it is no JSON of the form that crik knows");
        }
    }
}
