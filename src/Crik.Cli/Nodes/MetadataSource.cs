using System.Globalization;
using Crik.Contracts;
using Crik.Init;

namespace Crik.Nodes;

/// <summary>
/// A cloud's metadata service, asked from the node itself. It says that the machine is taken away; it does not know of a
/// drain. So silence means that the node stays only for those who chose this source by name.
/// </summary>
internal abstract class MetadataSource(HttpAddress address, bool decides) : NodeSource
{
    /// <summary>169.254.169.254, in every cloud that is asked here.</summary>
    public static HttpAddress WellKnown => new("169.254.169.254", 80, "");

    protected HttpExchange Metadata { get; } = new(address);

    protected NodeAnswer NoSign => decides
        ? new NodeAnswer(NodeState.Ready, "the metadata name no event")
        : NodeAnswer.Unknown("the metadata name no event, and a drain would not show there");

    protected static NodeAnswer Going(string reason, DateTimeOffset? deadline = null) => new(NodeState.ShuttingDown, reason, deadline);

    protected static DateTimeOffset? ParseTime(string? text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out DateTimeOffset time) ? time : null;

    /// <returns>The text; <see langword="null"/> where there is nothing of that name (404).</returns>
    protected string? Find(string target, IReadOnlyList<(string, string)> headers, Deadline deadline, int stop)
    {
        HttpAnswer answer = Metadata.Ask("GET", target, headers, deadline, stop);
        return answer.Status switch
        {
            200 => answer.Text.Trim(),
            404 => null,
            _ => throw new HttpException($"the metadata service answered {target} with status {answer.Status}"),
        };
    }
}
