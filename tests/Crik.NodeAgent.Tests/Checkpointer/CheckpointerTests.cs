using System.Text.Json.Nodes;
using Crik.Contracts.PodCheckpoints;
using Crik.NodeAgent.Checkpointer;

namespace Crik.NodeAgent.Tests.Checkpointer;

/// <summary>Asks as clients of the original do (checkpointer/README.md and spawner.py of github.com/xbaran4/checkpoint-in-k8s), with a token in addition.</summary>
public sealed class CheckpointerTests : IAsyncLifetime
{
    private const string Entry =
        """{"containerIdentifier":{"namespace":"shop","pod":"web-0","container":"app"},"beginTimestamp":1793491200,"endTimestamp":1793491224,"containerImageName":"r.example/c@sha256:1"}""";

    private const string Ready = """
        {"startTime":"2026-11-01T00:00:00Z","completionTime":"2026-11-01T00:00:24Z","conditions":[{"type":"Ready","status":"True"}],
         "containers":[{"name":"app","image":"r.example/c@sha256:1"}]}
        """;

    private readonly ShiftedClock _clock = new();
    private RunningCheckpointer _server = null!;

    public async Task InitializeAsync() => _server = await RunningCheckpointer.StartAsync(clock: _clock);

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Theory]
    [InlineData(null, false)]
    [InlineData("{}", false)]
    [InlineData("null", false)]
    [InlineData("""{"deletePod": false, "async": false}""", false)]
    [InlineData("""{"DELETEPOD": true, "unknown": [1]}""", true)]
    public async Task A_request_waits_and_gets_201_with_the_image(string? body, bool deletesPod)
    {
        Task<CheckpointerResponse> asked = _server.PostAsync(RunningCheckpointer.Web, body);
        JsonObject order = await _server.Checkpoints.OrderedAsync();
        _server.Checkpoints.SetStatus(order, """{"conditions":[{"type":"Reconciling","status":"True"}]}""");
        Assert.False(asked.IsCompleted);
        _server.Checkpoints.SetStatus(order, Ready);

        CheckpointerResponse answer = await asked;
        Assert.Equal((201, "application/json", Entry + "\n"), (answer.Status, answer.Type, answer.Body));
        Assert.Equal(
            $$"""{"pod":"web-0","podUID":"uid","containers":["app"],"engine":"kubelet","deletePod":{{(deletesPod ? "true" : "false")}}}""", order["spec"]!.ToJsonString());
    }

    [Fact]
    public async Task As_the_CheckpointSpawner_asks_it_gets_an_identifier_at_once_and_the_image_later()
    {
        CheckpointerResponse accepted = await _server.PostAsync(RunningCheckpointer.Web, """{"async": true, "deletePod": true}""");

        Assert.Equal((202, "application/json"), (accepted.Status, accepted.Type));
        string identifier = (string)JsonNode.Parse(accepted.Body)!["checkpointIdentifier"]!;
        Assert.Matches("^node-1:[0-9a-f]{16}$", identifier);

        Task<CheckpointerResponse> asked = _server.GetAsync(identifier);
        await Eventually.TrueAsync(() => Task.FromResult(_server.Checkpoints.Watches == 1), "the request waits");
        _server.Checkpoints.SetStatus(await _server.Checkpoints.OrderedAsync(), Ready);
        Assert.Equal((200, Entry + "\n"), ((await asked).Status, (await asked).Body));
        Assert.Equal(200, (await _server.GetAsync(identifier.Replace(":", "%3A", StringComparison.Ordinal))).Status);
    }

    [Fact]
    public async Task An_identifier_survives_a_restart_and_any_instance_answers_for_any_node()
    {
        string identifier = await OrderAsync();
        _server.Checkpoints.SetStatus(await _server.Checkpoints.OrderedAsync(), Ready);
        await using RunningCheckpointer other = await RunningCheckpointer.StartAsync(same: _server.Checkpoints);

        Assert.Equal((200, Entry + "\n"), ((await other.GetAsync(identifier)).Status, (await other.GetAsync(identifier)).Body));
    }

    [Theory]
    [InlineData("/checkpoint/shop/web-0", 400, CheckpointerAnswer.BadPath)]
    [InlineData("/checkpoint/shop/web-0/app/more", 400, CheckpointerAnswer.BadPath)]
    [InlineData("/checkpoint//web-0/app", 400, CheckpointerAnswer.BadPath)]
    [InlineData("/checkpoint/shop/../app", 400, CheckpointerAnswer.BadPath)]
    [InlineData("/checkpoint/shop/web-0%2Fapp/app", 400, CheckpointerAnswer.BadPath)]
    [InlineData("/checkpoint/shop/web-0/app%252e", 400, CheckpointerAnswer.BadPath)]
    [InlineData("/checkpoint/shop/web-0/app%0a", 400, CheckpointerAnswer.BadPath)]
    [InlineData("/checkpoint/SHOP/web-0/app", 400, CheckpointerAnswer.BadPath)]
    [InlineData("/checkpoint/shop/web-9/app", 404, CheckpointerAnswer.NoPod)]
    [InlineData("/checkpoint/shop/pending/app", 404, CheckpointerAnswer.NoPod)]
    [InlineData("/checkpoint/shop/web-0/nope", 404, CheckpointerAnswer.NoContainer)]
    [InlineData("/checkpoints/shop/web-0/app", 404, "404 page not found")]
    [InlineData("/checkpoint", 405, "Method Not Allowed")]
    public async Task A_bad_request_gets_the_status_and_the_text_of_the_original(string path, int status, string text)
    {
        CheckpointerResponse answer = await _server.PostAsync(path);

        Assert.Equal((status, "text/plain; charset=utf-8", text + "\n"), (answer.Status, answer.Type, answer.Body));
        Assert.Empty(_server.Checkpoints.All);
    }

    [Fact]
    public async Task A_name_that_is_escaped_once_is_the_same_name() =>
        Assert.Equal(202, (await _server.PostAsync("/checkpoint/sh%6Fp/web%2D0/app", """{"async": true}""")).Status);

    [Theory]
    [InlineData("{", 400, "Invalid JSON format: ")]
    [InlineData("[]", 400, "Invalid JSON format: ")]
    [InlineData(" ", 400, "Invalid JSON format: ")]
    [InlineData("""{"async": "yes"}""", 400, "Invalid JSON format: ")]
    [InlineData("LARGE", 413, "the body has more than 16 KiB")]
    [InlineData("LARGE and more", 413, "the body has more than 16 KiB")]
    public async Task A_body_that_cannot_be_read_is_refused(string body, int status, string text)
    {
        CheckpointerResponse answer = await _server.PostAsync(RunningCheckpointer.Web, body.Replace("LARGE", new string(' ', OrderBody.Largest + 1), StringComparison.Ordinal));

        Assert.Equal(status, answer.Status);
        Assert.StartsWith(text, answer.Body, StringComparison.Ordinal);
        Assert.Empty(_server.Checkpoints.All);
    }

    [Theory]
    [InlineData("", 400)]
    [InlineData("abc", 400)]
    [InlineData(":0123456789abcdef", 400)]
    [InlineData("node-1:", 400)]
    [InlineData("node-1:0123456789abcdef", 404)]
    [InlineData("node-1:../../secrets", 404)]
    [InlineData("node-1:0123456789abcde%2C", 404)]
    public async Task An_identifier_that_is_malformed_gets_400_and_one_that_is_unknown_404(string identifier, int status)
    {
        CheckpointerResponse answer = await _server.GetAsync(identifier);

        Assert.Equal((status, status == 400 ? CheckpointerAnswer.BadIdentifier + "\n" : ""), (answer.Status, answer.Body));
    }

    [Theory]
    [InlineData(PodCheckpointReasons.DiskFull, 500, "checkpointing failed: why\n", 500, "checkpointing failed\n")]
    [InlineData(PodCheckpointReasons.ContainerNotFound, 404, "checkpointer could not find the container\n", 404, "checkpointer could not find the container\n")]
    [InlineData(PodCheckpointReasons.PodNotFound, 404, "pod does not exist\n", 500, "checkpointing failed\n")]
    public async Task A_checkpoint_that_fails_gets_the_status_and_the_text_of_the_original(string reason, int status, string text, int laterStatus, string laterText)
    {
        string failed = $$"""{"conditions":[{"type":"Stalled","status":"True","reason":"{{reason}}","message":"why"}]}""";
        Task<CheckpointerResponse> asked = _server.PostAsync(RunningCheckpointer.Web);
        JsonObject order = await _server.Checkpoints.OrderedAsync();
        _server.Checkpoints.SetStatus(order, failed);
        Assert.Equal((status, text), ((await asked).Status, (await asked).Body));

        CheckpointerResponse later = await _server.GetAsync($"node-1:{order["metadata"]!["labels"]![CheckpointIdentifier.Label]}");
        Assert.Equal((laterStatus, laterText), (later.Status, later.Body));
    }

    [Fact]
    public async Task A_checkpoint_that_somebody_deletes_meanwhile_is_a_failure()
    {
        Task<CheckpointerResponse> asked = _server.PostAsync(RunningCheckpointer.Web);
        JsonObject order = await _server.Checkpoints.OrderedAsync();
        _server.Checkpoints.SetStatus(order, """{"conditions":[{"type":"Reconciling","status":"True"}]}""");
        _server.Checkpoints.Delete(order);

        Assert.Equal(500, (await asked).Status);
        Assert.Contains("somebody has deleted podcheckpoint shop/checkpoint-", (await asked).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task If_no_agent_begins_the_order_is_taken_back_so_that_nobody_deletes_the_pod_later()
    {
        await using RunningCheckpointer server = await RunningCheckpointer.StartAsync(new CheckpointerOptions { Untaken = TimeSpan.FromMilliseconds(50) });

        CheckpointerResponse answer = await server.PostAsync(RunningCheckpointer.Web, """{"deletePod": true}""");

        Assert.Equal((404, CheckpointerAnswer.NoAgent + "\n"), (answer.Status, answer.Body));
        Assert.Empty(server.Checkpoints.All);
    }

    [Fact]
    public async Task The_leader_who_says_that_no_agent_has_begun_does_not_count_as_one()
    {
        await using RunningCheckpointer server = await RunningCheckpointer.StartAsync(new CheckpointerOptions { Untaken = TimeSpan.FromSeconds(1) });
        Task<CheckpointerResponse> asked = server.PostAsync(RunningCheckpointer.Web);
        server.Checkpoints.SetStatus(await server.Checkpoints.OrderedAsync(), """{"conditions":[{"type":"Reconciling","status":"True"}]}""");

        Assert.Equal((404, CheckpointerAnswer.NoAgent + "\n"), ((await asked).Status, (await asked).Body));
        Assert.Empty(server.Checkpoints.All);
    }

    [Fact]
    public async Task A_checkpoint_about_which_nothing_changes_is_given_up_and_its_object_stays()
    {
        await using RunningCheckpointer server = await RunningCheckpointer.StartAsync(new CheckpointerOptions { Quiet = TimeSpan.FromMilliseconds(50) });
        Task<CheckpointerResponse> asked = server.PostAsync(RunningCheckpointer.Web);
        server.Checkpoints.SetStatus(await server.Checkpoints.OrderedAsync(), """{"node":"node-1","conditions":[{"type":"Reconciling","status":"True"}]}""");

        Assert.Equal(500, (await asked).Status);
        Assert.Contains("it may go on as podcheckpoint shop/checkpoint-", (await asked).Body, StringComparison.Ordinal);
        Assert.Single(server.Checkpoints.All);
    }

    [Fact]
    public void A_large_checkpoint_has_more_time()
    {
        CheckpointerOptions options = new();
        PodCheckpointStatus begun = new() { Node = "node-1" };
        PodCheckpointStatus large = begun with { Containers = [new ContainerCheckpoint { Bytes = 2L << 30 }, new ContainerCheckpoint()] };

        Assert.Equal(options.Untaken, CheckpointWait.Patience(new PodCheckpointDocument(), options));
        Assert.Equal(options.Quiet, CheckpointWait.Patience(new PodCheckpointDocument { Status = begun }, options));
        Assert.Equal(options.Quiet + TimeSpan.FromSeconds(2048), CheckpointWait.Patience(new PodCheckpointDocument { Status = large }, options));
    }

    [Fact]
    public async Task A_client_that_goes_away_does_not_stop_the_checkpoint()
    {
        using CancellationTokenSource gone = new();
        Task<CheckpointerResponse> asked = _server.PostAsync(RunningCheckpointer.Web, cancellationToken: gone.Token);
        JsonObject order = await _server.Checkpoints.OrderedAsync();
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asked);

        Task<CheckpointerResponse> later = _server.GetAsync($"node-1:{order["metadata"]!["labels"]![CheckpointIdentifier.Label]}");
        _server.Checkpoints.SetStatus(order, Ready);
        Assert.Equal(200, (await later).Status);
    }

    [Fact]
    public async Task Two_requests_make_two_objects()
    {
        string[] identifiers = await Task.WhenAll(OrderAsync(), OrderAsync());

        Assert.Equal(2, identifiers.Distinct().Count());
        Assert.Equal(2, _server.Checkpoints.All.Count);
    }

    [Fact]
    public async Task Requests_that_find_no_place_to_wait_are_asked_to_come_later_and_order_nothing()
    {
        await using RunningCheckpointer server = await RunningCheckpointer.StartAsync(new CheckpointerOptions { MostWaiting = 1 });
        Task<CheckpointerResponse> first = server.PostAsync(RunningCheckpointer.Web);
        JsonObject order = await server.Checkpoints.OrderedAsync();

        CheckpointerResponse second = await server.PostAsync(RunningCheckpointer.Web);
        Assert.Equal(503, second.Status);
        Assert.Contains("Retry-After: 5", second.Headers, StringComparison.Ordinal);
        Assert.Single(server.Checkpoints.All);
        Assert.Equal(202, (await server.PostAsync(RunningCheckpointer.Web, """{"async": true}""")).Status);

        server.Checkpoints.SetStatus(order, Ready);
        Assert.Equal(201, (await first).Status);
    }

    private async Task<string> OrderAsync() =>
        (string)JsonNode.Parse((await _server.PostAsync(RunningCheckpointer.Web, """{"async": true}""")).Body)!["checkpointIdentifier"]!;
}
