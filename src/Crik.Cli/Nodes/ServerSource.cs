using System.Text.Json;
using Crik.Contracts;
using Crik.Init;
using Crik.Json;

namespace Crik.Nodes;

/// <summary>The node state server, held on to by long-polls.</summary>
internal sealed class ServerSource(HttpAddress server, string node, string? tokenFile) : NodeSource
{
    /// <summary>A connection that died without a word is noticed after this long; the question at SIGTERM has a new one.</summary>
    private static readonly TimeSpan s_hold = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan s_slack = TimeSpan.FromSeconds(10);

    private readonly HttpExchange _background = new(server);
    private readonly HttpExchange _foreground = new(server);

    public override string Name => $"the node state server {server.HostHeader}";

    /// <summary>For a server that does not hold on to requests.</summary>
    public override TimeSpan Pause => TimeSpan.FromSeconds(2);

    public override NodeAnswer Ask(Deadline deadline, int stop = -1) => Read(Get(_foreground, "", deadline, stop));

    public override NodeAnswer AskForChange(NodeAnswer known, int stop)
    {
        string query = known.IsKnown ? FormattableString.Invariant($"?wait={s_hold.TotalSeconds}s&version={known.Version}") : "";
        return Read(Get(_background, query, Deadline.In(query == "" ? s_slack : s_hold + s_slack), stop));
    }

    private HttpAnswer Get(HttpExchange exchange, string query, Deadline deadline, int stop) =>
        exchange.Ask("GET", $"/v1/nodes/{Uri.EscapeDataString(node)}{query}", Authorization(), deadline, stop);

    /// <summary>Only an answer about this node, in words of this interface, counts. Anything else is no answer.</summary>
    private NodeAnswer Read(HttpAnswer answer)
    {
        switch (answer.Status)
        {
            case 200 or 404 or 503 when answer.Headers.GetValueOrDefault("Content-Type", "").StartsWith("application/json", StringComparison.OrdinalIgnoreCase):
                break;
            case 401 or 403:
                throw new HttpException($"it wants a token ({answer.Status}); set nodeStateTokenFile");
            case >= 300 and < 400:
                throw new HttpException($"it answered with a redirect ({answer.Status}), which is not followed");
            default:
                throw new HttpException($"it answered with status {answer.Status}, and not as a node state server does");
        }

        NodeStateResponse response = Parse(answer.Body);
        return response.Name != node ? throw new HttpException($"it answered about another node ('{Shortened(response.Name)}')")
            : answer.Status == 200 && response.State != NodeState.Unknown ? new NodeAnswer(response.State, Shortened(response.Reason ?? "it gave no reason"), response.Deadline, response.Version)
            : throw new HttpException(answer.Status switch
            {
                404 => $"it knows no node '{node}'",
                503 => "it has not listed the nodes yet",
                _ => $"it does not know ('{Shortened(response.Reason ?? "no reason")}')",
            });
    }

    private static NodeStateResponse Parse(byte[] body)
    {
        try
        {
            return JsonBytes.Read(body, from => new NodeStateResponse
            {
                Name = from.Text("name"),
                State = NodeStateNames.TryParse(from.Text("state"), out NodeState state) ? state : throw new JsonException("it names a state that no node has"),
                Reason = from.TextOrNull("reason"),
                Since = from.TimeOrNull("since"),
                Deadline = from.TimeOrNull("deadline"),
                Version = from.LongOrNull("version") ?? 0,
            });
        }
        catch (JsonException exception)
        {
            throw new HttpException($"its answer cannot be read: {exception.Message}");
        }
    }

    private (string, string)[] Authorization()
    {
        if (tokenFile is null)
        {
            return [];
        }

        try
        {
            string token = File.ReadAllText(tokenFile).Trim(); // each time: it is replaced before it runs out
            return token.All(c => c is > ' ' and < '\x7f') ? [("Authorization", $"Bearer {token}")] : throw new HttpException($"nodeStateTokenFile {tokenFile} does not hold a token");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new HttpException($"nodeStateTokenFile: {exception.Message}");
        }
    }

    /// <summary>Goes into a log line.</summary>
    private static string Shortened(string text) =>
        string.Concat((text.Length <= 200 ? text : text[..200] + "…").Select(c => char.IsControl(c) ? '?' : c));
}
