using System.Text.Json.Nodes;

namespace Crik.NodeAgent.Tests.Checkpointer;

public sealed class CheckpointerCallersTests : IAsyncLifetime
{
    private const string Async = """{"async": true}""";

    private readonly ShiftedClock _clock = new();
    private RunningCheckpointer _server = null!;

    public async Task InitializeAsync() => _server = await RunningCheckpointer.StartAsync(clock: _clock);

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Theory]
    [InlineData(null)]
    [InlineData("junk")]
    [InlineData("OTHER-AUDIENCE")]
    [InlineData("UNKNOWN")]
    public async Task Without_a_good_token_nothing_is_ordered_and_nothing_is_told(string? token)
    {
        _server.Token = token switch
        {
            "OTHER-AUDIENCE" => Jwt.For("caller", "https://kubernetes.default.svc"),
            "UNKNOWN" => Jwt.For("stranger", "crik-checkpointer"),
            _ => token,
        };

        foreach (CheckpointerResponse answer in (CheckpointerResponse[])[await _server.PostAsync(RunningCheckpointer.Web, Async), await _server.GetAsync("node-1:0123456789abcdef")])
        {
            Assert.Equal(401, answer.Status);
            Assert.Contains("WWW-Authenticate: Bearer", answer.Headers, StringComparison.Ordinal);
            Assert.Contains("crik-checkpointer", answer.Body, StringComparison.Ordinal);
        }

        Assert.Empty(_server.Checkpoints.All);
    }

    [Theory]
    [InlineData("create podcheckpoints crik.dev", """{"async": true}""", "the owner of this token may not create podcheckpoints.crik.dev in the namespace shop\n")]
    [InlineData("delete pods ", """{"async": true, "deletePod": true}""", "the owner of this token may not delete pods in the namespace shop\n")]
    public async Task Whoever_lacks_a_right_in_the_namespace_is_refused(string lacking, string body, string text)
    {
        _server.Api.MayAsk = spec => Right(spec) != lacking;

        CheckpointerResponse answer = await _server.PostAsync(RunningCheckpointer.Web, body);

        Assert.Equal((403, text), (answer.Status, answer.Body));
        Assert.Empty(_server.Checkpoints.All);
    }

    [Fact]
    public async Task Without_deletePod_the_right_to_delete_pods_is_not_asked_for()
    {
        _server.Api.MayAsk = spec => Right(spec) != "delete pods ";

        Assert.Equal(202, (await _server.PostAsync(RunningCheckpointer.Web, Async)).Status);
    }

    [Fact]
    public async Task A_result_needs_the_right_to_get_checkpoints_in_the_namespace_of_its_object()
    {
        string identifier = (string)JsonNode.Parse((await _server.PostAsync(RunningCheckpointer.Web, Async)).Body)!["checkpointIdentifier"]!;
        List<string?> spaces = [];
        _server.Api.MayAsk = spec =>
        {
            spaces.Add((string?)spec["resourceAttributes"]!["namespace"]);
            return Right(spec) != "get podcheckpoints crik.dev";
        };

        CheckpointerResponse answer = await _server.GetAsync(identifier);

        Assert.Equal((403, "the owner of this token may not get podcheckpoints.crik.dev in the namespace shop\n"), (answer.Status, answer.Body));
        Assert.Equal(["shop"], spaces);
    }

    [Fact]
    public async Task A_right_that_was_taken_away_counts_for_a_few_seconds_only()
    {
        Assert.Equal(202, (await _server.PostAsync(RunningCheckpointer.Web, Async)).Status);
        _server.Api.MayAsk = static _ => false;
        _clock.Forward(TimeSpan.FromSeconds(6));

        Assert.Equal(403, (await _server.PostAsync(RunningCheckpointer.Web, Async)).Status);
    }

    [Fact]
    public async Task While_the_API_server_is_away_clients_are_asked_to_come_later()
    {
        _server.IsApiDown = true;

        CheckpointerResponse answer = await _server.PostAsync(RunningCheckpointer.Web, Async);

        Assert.Equal(503, answer.Status);
        Assert.Contains("Retry-After: 5", answer.Headers, StringComparison.Ordinal);
    }

    [Fact]
    public async Task If_the_API_server_goes_away_after_the_token_was_checked_clients_are_asked_to_come_later_too()
    {
        Assert.Equal(202, (await _server.PostAsync(RunningCheckpointer.Web, Async)).Status);
        _server.IsApiDown = true;

        CheckpointerResponse answer = await _server.PostAsync(RunningCheckpointer.Web, Async);

        Assert.Equal(503, answer.Status);
        Assert.StartsWith("the API server does not answer; try again later: ", answer.Body, StringComparison.Ordinal);
        Assert.Contains("Retry-After: 5", answer.Headers, StringComparison.Ordinal);
    }

    private static string Right(JsonNode spec) =>
        $"{spec["resourceAttributes"]!["verb"]} {spec["resourceAttributes"]!["resource"]} {spec["resourceAttributes"]!["group"]}";
}
