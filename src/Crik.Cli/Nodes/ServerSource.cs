using System.Text.Json;
using Crik.Contracts;
using Crik.Json;
using static Crik.Json.JsonKinds;

namespace Crik.Nodes;

/// <summary>Asks the node state server. A request that waits for a change is held open by the server (long-polling).</summary>
internal sealed class ServerSource(HttpAddress server, string node, string? tokenFile, AskedPod? pod = null) : NodeSource
{
    /// <summary>
    /// How long the server may hold a request. A connection that is cut off silently is noticed only after this time; the
    /// question at SIGTERM uses a new connection.
    /// </summary>
    private static readonly TimeSpan s_hold = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan s_slack = TimeSpan.FromSeconds(10);

    private readonly HttpExchange _exchange = new(server);
    private NewestVersion _newest = new();

    public override string Name => $"the node state server {server.HostHeader}";

    /// <summary>Protects a server that answers at once instead of holding the request.</summary>
    public override TimeSpan Pause => TimeSpan.FromSeconds(2);

    public override bool ClocksAgree => _exchange.ClocksAgree;

    public override bool AsksAboutPod => pod is not null;

    public override NodeAnswer Ask(Deadline deadline, int stop = -1) => Read(Get(pod?.Query ?? "", deadline, stop));

    public override NodeAnswer AskForChange(NodeAnswer known, int stop)
    {
        string query = known.IsKnown ? FormattableString.Invariant($"?wait={s_hold.TotalSeconds}s&version={known.Version}") : "";
        return Read(Get(query, Deadline.In(query == "" ? s_slack : s_hold + s_slack), stop));
    }

    private HttpAnswer Get(string query, Deadline deadline, int stop)
    {
        string newest = _newest.Value is { } version ? $"{(query == "" ? '?' : '&')}notOlderThan={version}" : "";
        return _exchange.Ask("GET", $"/v1/nodes/{Uri.EscapeDataString(node)}{query}{newest}", Authorization(), deadline, stop);
    }

    private NodeAnswer Read(HttpAnswer answer)
    {
        try
        {
            return Understood(answer);
        }
        catch (HttpException)
        {
            _exchange.Forget();
            throw;
        }
    }

    /// <summary>Accepts only an answer about this node with a state of this interface. A proxy, for example, may answer instead of the server.</summary>
    private NodeAnswer Understood(HttpAnswer answer)
    {
        switch (answer.Status)
        {
            case 200 or 404 or 503 when answer.Headers.GetValueOrDefault("Content-Type", "").StartsWith("application/json", StringComparison.OrdinalIgnoreCase):
                break;
            case 401:
                throw new HttpException("it wants a token (401) for its audience; set nodeStateTokenFile");
            case 403:
                throw new HttpException("it does not allow the owner of the token to ask (403); bind that account to the chart's ClusterRole for callers");
            case >= 300 and < 400:
                throw new HttpException($"it answered with a redirect ({answer.Status}), which is not followed");
            default:
                throw new HttpException($"it answered with status {answer.Status}, and not as a node state server does") { RetryAfter = answer.RetryAfter };
        }

        if (answer.Status == 503)
        {
            throw Delayed(answer);
        }

        NodeStateResponse response = Parse<NodeStateResponse>(answer.Body, StateOf);
        if (response.Name != node)
        {
            throw new HttpException($"it answered about another node ('{Shortened(response.Name)}')");
        }

        _newest = _newest.Seen(response.ResourceVersion);
        return answer.Status == 200 && response.State != NodeState.Unknown ? new NodeAnswer(response.State, Shortened(response.Reason ?? "it gave no reason"), response.Deadline, response.Version)
        {
            Disruption = response.Disruption is { } why ? Shortened(why) : null,
        }
            : throw new HttpException(answer.Status == 404 ? $"it knows no node '{node}'" : $"it does not know ('{Shortened(response.Reason ?? "no reason")}')");
    }

    /// <summary>The server starts, this replica of it lags, or it is busy: it says so, and that it can be asked again.</summary>
    private HttpException Delayed(HttpAnswer answer)
    {
        (bool isAboutNode, string reason) = Parse<(bool, string)>(answer.Body, (fields, _) =>
            (fields.Optional("name", Text) == node, fields.Optional("reason", Text) ?? fields.Optional("error", Text) ?? "no reason"));
        _newest = isAboutNode ? _newest.Lagged(Environment.TickCount64) : _newest;
        return new HttpException($"it cannot tell now ('{Shortened(reason)}')") { RetryAfter = answer.RetryAfter };
    }

    private static T Parse<T>(byte[] body, JsonForm<T> form)
    {
        try
        {
            return JsonFields.Read(body, form);
        }
        catch (JsonException exception)
        {
            throw new HttpException($"its answer cannot be read: {exception.Message}");
        }
    }

    private static NodeStateResponse StateOf(JsonFields fields, NodeStateResponse? none) => new()
    {
        Name = fields.Field("name", Text),
        State = NodeStateNames.TryParse(fields.Field("state", Text), out NodeState state) ? state : throw new JsonException("it names a state that no node has"),
        Reason = fields.Optional("reason", Text),
        Since = fields.Optional("since", Time),
        Deadline = fields.Optional("deadline", Time),
        Version = fields.Optional("version", Long) ?? 0,
        Disruption = fields.Optional("disruption", Text),
        ResourceVersion = fields.Optional("resourceVersion", Text),
    };

    private (string, string)[] Authorization()
    {
        if (tokenFile is null)
        {
            return [];
        }

        try
        {
            string token = File.ReadAllText(tokenFile).Trim(); // the kubelet replaces the file before the token expires
            return token.All(c => c is > ' ' and < '\x7f') ? [("Authorization", $"Bearer {token}")] : throw new HttpException($"nodeStateTokenFile {tokenFile} does not hold a token");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new HttpException($"nodeStateTokenFile: {Faults.Reason(exception)}");
        }
    }

    /// <summary>Makes a server's text fit for a line of the log.</summary>
    private static string Shortened(string text) =>
        string.Concat((text.Length <= 200 ? text : text[..200] + "…").Select(c => char.IsControl(c) ? '?' : c));
}
