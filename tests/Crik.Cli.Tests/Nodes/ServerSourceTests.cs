using Crik.Configuration;
using Crik.Contracts;
using Crik.Linux;
using Crik.Nodes;

namespace Crik.Tests.Nodes;

public sealed class ServerSourceTests
{
    private static readonly string s_ready = """{"name":"node-1","state":"ready","reason":"nothing","version":5}""";

    public static TheoryData<string, string> UselessAnswers => new()
    {
        { StandInServer.Json("""{"name":"node-2","state":"ready","version":1}"""), "about another node ('node-2')" },
        { StandInServer.Json("""{"name":"node-1","state":"splendid","version":1}"""), "cannot be read" },
        { StandInServer.Json("""{"name":"node-1","state":1e999}"""), "cannot be read" },
        { StandInServer.Json("null"), "no object" },
        { StandInServer.Json("{"), "cannot be read" },
        { StandInServer.Json("""{"name":"node-1","state":"unknown"}"""), "does not know" },
        { StandInServer.Json("""{"name":"node-1","state":"unknown"}""", "404 Not Found"), "knows no node 'node-1'" },
        { StandInServer.Json("""{"name":"node-1","state":"unknown"}""", "503 Service Unavailable"), "it cannot tell now ('no reason')" },
        { StandInServer.Json("""{"error":"the token cannot be checked"}""", "503 Service Unavailable"), "it cannot tell now ('the token cannot be checked')" },
        { StandInServer.Http("<html>", type: "text/html"), "not as a node state server does" },
        { StandInServer.Http("", "500 Oh"), "status 500" },
        { StandInServer.Http("", "401 Unauthorized"), "set nodeStateTokenFile" },
        { "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n", "redirect" },
        { StandInServer.Json($"{{\"name\":\"{new string('x', 100_000)}\"}}"), "longer than 64 KiB" },
        { "SSH-2.0-OpenSSH_9\r\n", "not HTTP" },
        { "", "without an answer" },
    };

    [Fact]
    public void Every_field_of_an_answer_is_read()
    {
        using StandInServer server = new(_ => StandInServer.Json(
            """{"name":"node-1","state":"shutting-down","reason":"kubelet","since":"2026-01-01T00:00:00Z","deadline":"2026-01-01T00:02:00Z","version":9007199254740991}"""));

        NodeAnswer answer = new ServerSource(server.Address, "node-1", null).Ask(Deadline.In(TimeSpan.FromSeconds(60)));

        Assert.Equal(new NodeAnswer(NodeState.ShuttingDown, "kubelet", new DateTimeOffset(2026, 1, 1, 0, 2, 0, TimeSpan.Zero), 9007199254740991), answer);
        Assert.StartsWith("GET /v1/nodes/node-1 HTTP/1.1\r\nHost: 127.0.0.1:", server.Requests[0], StringComparison.Ordinal);
    }

    [Fact]
    public void A_question_names_the_pod_and_a_long_poll_does_not()
    {
        using StandInServer server = new(_ => StandInServer.Json("""{"name":"node-1","state":"ready","version":5,"disruption":"EvictionByEvictionAPI"}"""));
        ServerSource source = new(server.Address, "node-1", null, new AskedPod("a b", "web-0", "5ab63a30-07d1-4a6a-8a3c-5ee3a3d3b9a1"));

        NodeAnswer answer = source.Ask(Deadline.In(TimeSpan.FromSeconds(60)));
        source.AskForChange(answer, stop: -1);

        Assert.Equal(("EvictionByEvictionAPI", true), (answer.Disruption, answer.IsDisrupted));
        Assert.StartsWith("GET /v1/nodes/node-1?pod=a%20b/web-0&uid=5ab63a30-07d1-4a6a-8a3c-5ee3a3d3b9a1 HTTP/1.1\r\n", server.Requests[0], StringComparison.Ordinal);
        Assert.StartsWith("GET /v1/nodes/node-1?wait=60s&version=5 HTTP/1.1\r\n", server.Requests[1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, "uid", "web-0", "shop", "?pod=shop/web-0&uid=uid")]
    [InlineData(false, "uid", "web-0", "shop", null)]
    [InlineData(true, null, "web-0", "shop", null)]
    [InlineData(true, "uid", null, "shop", "?pod=shop/HOST&uid=uid")]
    public void A_pod_is_named_by_its_variables_or_by_its_host_name(bool isWanted, string? uid, string? name, string place, string? query)
    {
        NodePolicy policy = new CrikOptions { CheckpointOnDisruption = isWanted, PodName = name, PodNamespace = place }.Node;

        Assert.Equal(query?.Replace("HOST", Environment.MachineName, StringComparison.Ordinal), AskedPod.Find(policy, uid)?.Query);
    }

    [Theory]
    [MemberData(nameof(UselessAnswers))]
    public void A_useless_answer_is_refused_with_the_reason(string answer, string because)
    {
        using StandInServer server = new(_ => answer);

        HttpException exception = Assert.Throws<HttpException>(() => new ServerSource(server.Address, "node-1", null).Ask(Deadline.In(TimeSpan.FromSeconds(60))));

        Assert.Contains(because, exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(UselessAnswers))]
    public void After_a_useless_answer_the_address_is_looked_up_again(string answer, string because)
    {
        using StandInServer wrong = new(_ => answer);
        using StandInServer right = new(_ => StandInServer.Json(s_ready));
        int port = wrong.Address.Port;
        ServerSource source = new(wrong.Address with { Lookup = (string host, int _, out string? problem) => Libc.FindAddresses(host, port, out problem) }, "node-1", null);
        Assert.Contains(because, Assert.Throws<HttpException>(() => source.Ask(Deadline.In(TimeSpan.FromSeconds(60)))).Message, StringComparison.Ordinal);

        port = right.Address.Port;

        Assert.Equal(NodeState.Ready, source.Ask(Deadline.In(TimeSpan.FromSeconds(60))).State);
    }

    [Fact]
    public void A_silent_server_is_given_up_at_the_deadline()
    {
        using StandInServer server = new(_ => null);

        HttpException exception = Assert.Throws<HttpException>(() => new ServerSource(server.Address, "node-1", null).Ask(Deadline.In(TimeSpan.FromSeconds(1))));

        Assert.Contains("no answer in time", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_error_names_a_server_that_is_not_there()
    {
        HttpAddress address;
        using (StandInServer server = new(_ => null))
        {
            address = server.Address;
        }

        HttpException exception = Assert.Throws<HttpException>(() => new ServerSource(address, "node-1", null).Ask(Deadline.In(TimeSpan.FromSeconds(60))));

        Assert.Equal($"{address.HostHeader}: Connection refused", exception.Message);
    }

    [Fact]
    public void The_error_names_a_host_that_nobody_knows()
    {
        HttpException exception = Assert.Throws<HttpException>(
            () => new ServerSource(new HttpAddress("no-such-host.invalid", 80, ""), "node-1", null).Ask(Deadline.In(TimeSpan.FromSeconds(60))));

        Assert.StartsWith("no-such-host.invalid: ", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_long_poll_names_the_version_that_is_known()
    {
        using StandInServer server = new(_ => StandInServer.Json(s_ready));
        ServerSource source = new(server.Address, "node-1", null);

        NodeAnswer known = source.AskForChange(NodeAnswer.Unknown(""), stop: -1);
        source.AskForChange(known, stop: -1);

        Assert.StartsWith("GET /v1/nodes/node-1 HTTP", server.Requests[0], StringComparison.Ordinal);
        Assert.StartsWith("GET /v1/nodes/node-1?wait=60s&version=5 HTTP", server.Requests[1], StringComparison.Ordinal);
    }

    [Fact]
    public void Each_request_names_the_resource_version_of_the_last_answer()
    {
        string[] versions = ["9", "10", "7"];
        int asked = 0;
        using StandInServer server = new(_ => StandInServer.Json(
            $$"""{"name":"node-1","state":"ready","version":5,"resourceVersion":"{{versions[asked++ % 3]}}","observedAt":"2026-01-01T00:00:00Z"}"""));
        ServerSource source = new(server.Address, "node-1", null);

        NodeAnswer known = source.AskForChange(NodeAnswer.Unknown(""), stop: -1);
        source.AskForChange(known, stop: -1);
        source.AskForChange(known, stop: -1);
        source.Ask(Deadline.In(TimeSpan.FromSeconds(60)));

        Assert.Equal(
            ["/v1/nodes/node-1", "/v1/nodes/node-1?wait=60s&version=5&notOlderThan=9", "/v1/nodes/node-1?wait=60s&version=5&notOlderThan=10", "/v1/nodes/node-1?notOlderThan=7"],
            server.Requests.Select(head => head.Split(' ')[1]));
    }

    [Theory]
    [InlineData("Retry-After: 7", 7)]
    [InlineData("Retry-After: Mon, 01 Jan 2035 00:00:00 GMT", 0)]
    [InlineData("Retry-After: -7", 0)]
    [InlineData("X-Other: 7", 0)]
    public void A_refusal_carries_the_pause_that_the_server_wants(string header, int seconds)
    {
        foreach (string refusal in new[] { "429 Too Many Requests", "503 Service Unavailable" })
        {
            using StandInServer server = new(_ => StandInServer.Json("""{"error":"busy"}""", refusal).Replace("\r\n\r\n", $"\r\n{header}\r\n\r\n", StringComparison.Ordinal));

            HttpException exception = Assert.Throws<HttpException>(() => new ServerSource(server.Address, "node-1", null).Ask(Deadline.In(TimeSpan.FromSeconds(60))));

            Assert.Equal(TimeSpan.FromSeconds(seconds), exception.RetryAfter);
        }
    }

    [Fact]
    public void The_token_is_read_again_for_each_request()
    {
        using TempDirectory directory = new();
        string file = Path.Combine(directory.Path, "token");
        using StandInServer server = new(_ => StandInServer.Json(s_ready));
        ServerSource source = new(server.Address, "node-1", file);
        foreach (string token in new[] { "first", "second" })
        {
            File.WriteAllText(file, token + "\n");
            source.Ask(Deadline.In(TimeSpan.FromSeconds(60)));
        }

        File.WriteAllText(file, "a\r\nX-Other: b");

        Assert.Contains("\r\nAuthorization: Bearer first\r\n", server.Requests[0], StringComparison.Ordinal);
        Assert.Contains("\r\nAuthorization: Bearer second\r\n", server.Requests[1], StringComparison.Ordinal);
        Assert.Throws<HttpException>(() => source.Ask(Deadline.In(TimeSpan.FromSeconds(60))));
        Assert.Equal(2, server.Requests.Length);
    }
}
