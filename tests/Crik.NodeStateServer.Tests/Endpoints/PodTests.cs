using System.Net;
using System.Text.Json.Nodes;
using Crik.Contracts;
using Crik.NodeStateServer.Configuration;
using Crik.NodeStateServer.Pods;
using Crik.StandIn;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Crik.NodeStateServer.Tests.Endpoints;

public sealed class PodTests : IAsyncLifetime
{
    private const string Uid = "5ab63a30-07d1-4a6a-8a3c-5ee3a3d3b9a1";
    private const string Path = "/api/v1/namespaces/shop/pods/web-0";
    private static readonly ServerOptions s_reading = RunningServer.Options with { ReadPods = true };
    private static readonly string s_node = StandInNodes.Name(1);

    private readonly ShiftedClock _clock = new();
    private readonly StandInCluster _cluster = new();
    private readonly JsonArray _conditions = [];
    private string _node = s_node;
    private StandInApiServer _api = null!;

    private int Reads => _api.Requests.Count(request => request.Contains("/pods/", StringComparison.Ordinal));

    public async Task InitializeAsync()
    {
        _cluster.Apply(StandInNodes.Make(1));
        _api = await StandInApiServer.StartAsync(_cluster);
        _api.Intercept = async context =>
        {
            if (context.Request.Path != Path)
            {
                return false;
            }

            JsonNode pod = JsonNode.Parse("""{"kind":"Pod","metadata":{"name":"web-0","labels":{"a":"b"}},"spec":{"nodeName":"?","containers":[{}]},"status":{}}""")!;
            pod["metadata"]!["uid"] = Uid;
            pod["spec"]!["nodeName"] = _node;
            pod["status"]!["conditions"] = _conditions.DeepClone();
            await context.Response.WriteAsync(pod.ToJsonString());
            return true;
        };
    }

    public async Task DisposeAsync() => await _api.DisposeAsync();

    [Theory]
    [InlineData("EvictionByEvictionAPI")]
    [InlineData("PreemptionByScheduler")]
    [InlineData("DeletionByTaintManager")]
    [InlineData("TerminationByKubelet")]
    public async Task The_answer_about_the_node_tells_why_the_pod_is_disrupted(string reason)
    {
        AddCondition("Ready", "False", "PodFailed");
        AddCondition("DisruptionTarget", "True", reason);
        await using RunningServer server = await RunningServer.StartReadyAsync(_api, s_reading);

        NodeStateResponse answer = await AskAsync(server);

        Assert.Equal((s_node, NodeState.Ready, reason), (answer.Name, answer.State, answer.Disruption));
        Assert.Equal(await server.GetAsync(s_node), answer with { Disruption = null });
    }

    [Fact]
    public async Task A_pod_without_the_condition_or_with_a_false_one_is_not_disrupted()
    {
        AddCondition("DisruptionTarget", "False", "EvictionByEvictionAPI");
        await using RunningServer server = await RunningServer.StartReadyAsync(_api, s_reading);

        Assert.Equal(NodeStateResponse.NotDisrupted, (await AskAsync(server)).Disruption);
    }

    [Theory]
    [InlineData("?pod=shop/web-0&uid=another", 1)] // another pod of that name
    [InlineData("?pod=shop/web-1&uid=" + Uid, 1)] // there is no such pod
    [InlineData("?pod=shop/web-0", 0)]
    [InlineData("?pod=shop/WEB&uid=" + Uid, 0)] // no pod can have this name
    [InlineData("?pod=..%2F..%2Fsecrets/web-0&uid=" + Uid, 0)]
    [InlineData("?pod=shop%2Fpods%2Fx/web-0&uid=" + Uid, 0)]
    [InlineData("", 0)]
    public async Task What_is_no_pod_of_this_name_and_UID_leaves_the_answer_about_the_node_as_it_is(string query, int reads)
    {
        AddCondition("DisruptionTarget", "True", "EvictionByEvictionAPI");
        await using RunningServer server = await RunningServer.StartReadyAsync(_api, s_reading);

        NodeStateResponse answer = await server.GetAsync(s_node, query);

        Assert.Equal((NodeState.Ready, null, reads), (answer.State, answer.Disruption, Reads));
    }

    [Fact]
    public async Task A_node_is_told_nothing_about_a_pod_of_another_node()
    {
        AddCondition("DisruptionTarget", "True", "EvictionByEvictionAPI");
        _node = "another";
        await using RunningServer server = await RunningServer.StartReadyAsync(_api, s_reading);

        Assert.Null((await AskAsync(server)).Disruption);
    }

    [Fact]
    public async Task For_a_node_that_does_not_exist_no_pod_is_read()
    {
        await using RunningServer server = await RunningServer.StartReadyAsync(_api, s_reading);

        using HttpResponseMessage answer = await server.Http.GetAsync(new Uri($"v1/nodes/none?pod=shop/web-0&uid={Uid}", UriKind.Relative));

        Assert.Equal((HttpStatusCode.NotFound, 0), (answer.StatusCode, Reads));
    }

    [Fact]
    public async Task Invented_UIDs_lead_to_no_more_reads_but_the_next_pod_of_the_name_does()
    {
        AddCondition("DisruptionTarget", "True", "EvictionByEvictionAPI");
        await using RunningServer server = await RunningServer.StartReadyAsync(_api, s_reading, services => services.AddSingleton<TimeProvider>(_clock));
        await AskAsync(server);

        await Task.WhenAll(Enumerable.Range(0, 50).Select(i => server.GetAsync(s_node, $"?pod=shop/web-0&uid={i}")));
        int reads = Reads;
        Assert.InRange(reads, 1, 10); // one in 200 ms, on a machine that may be slow

        _clock.Forward(TimeSpan.FromMilliseconds(300));
        await server.GetAsync(s_node, "?pod=shop/web-0&uid=next");
        Assert.Equal(reads + 1, Reads);
    }

    [Fact]
    public async Task A_flood_of_other_names_does_not_make_it_forget_a_disrupted_pod()
    {
        NamedSource source = new();
        using PodDisruptions pods = new(source, s_reading, _clock, NullLogger<PodDisruptions>.Instance);
        PodName evicted = new("shop", NamedSource.Evicted);
        Assert.Equal("EvictionByEvictionAPI", await pods.FindAsync(evicted, Uid, s_node, CancellationToken.None));

        for (int i = 0; i < PodDisruptions.Remembered * 2; i++)
        {
            await pods.FindAsync(new PodName("shop", $"web-{i}"), Uid, s_node, CancellationToken.None);
        }

        Assert.Equal("EvictionByEvictionAPI", await pods.FindAsync(evicted, Uid, s_node, CancellationToken.None));
        Assert.Equal(1, source.ReadsOfEvicted);
    }

    [Fact]
    public async Task By_default_no_pod_is_read()
    {
        AddCondition("DisruptionTarget", "True", "EvictionByEvictionAPI");
        await using RunningServer server = await RunningServer.StartReadyAsync(_api);

        Assert.Equal((null, 0), ((await AskAsync(server)).Disruption, Reads));
    }

    [Fact]
    public async Task Without_the_right_to_read_pods_the_node_s_state_is_told_and_the_log_says_it_once()
    {
        _api.Intercept = async context =>
        {
            bool isPod = context.Request.Path == Path;
            await (isPod ? StandInApiServer.RefuseAsync(context, 403, "Forbidden", "cannot get resource pods") : Task.CompletedTask);
            return isPod;
        };
        await using RunningServer server = await RunningServer.StartReadyAsync(_api, s_reading, services => services.AddSingleton<TimeProvider>(_clock));

        for (int i = 0; i < 3; i++)
        {
            NodeStateResponse answer = await AskAsync(server);
            Assert.Equal((NodeState.Ready, null), (answer.State, answer.Disruption));
            _clock.Forward(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(3, Reads);
        Assert.Single(server.Log, line => line.Contains("cannot get resource pods", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_API_server_that_hangs_does_not_keep_the_node_s_state_back()
    {
        TaskCompletionSource never = new();
        _api.Intercept = async context =>
        {
            if (context.Request.Path != Path)
            {
                return false;
            }

            await never.Task.WaitAsync(context.RequestAborted);
            return true;
        };
        await using RunningServer server = await RunningServer.StartReadyAsync(_api, s_reading);

        NodeStateResponse answer = await AskAsync(server);

        Assert.Equal((NodeState.Ready, null), (answer.State, answer.Disruption));
        Assert.Contains(server.Log, line => line.Contains("did not answer within 400 ms", StringComparison.Ordinal));
        never.SetResult();
    }

    [Fact]
    public async Task A_disruption_is_remembered_and_its_absence_only_for_a_moment()
    {
        await using RunningServer server = await RunningServer.StartReadyAsync(_api, s_reading, services => services.AddSingleton<TimeProvider>(_clock));
        await AskAsync(server);
        AddCondition("DisruptionTarget", "True", "EvictionByEvictionAPI");
        _clock.Forward(TimeSpan.FromMilliseconds(300));

        Assert.Equal("EvictionByEvictionAPI", (await AskAsync(server)).Disruption);
        _clock.Forward(TimeSpan.FromSeconds(30));
        Assert.Equal("EvictionByEvictionAPI", (await AskAsync(server)).Disruption);
        _clock.StepWallClock(TimeSpan.FromHours(2));
        Assert.Equal("EvictionByEvictionAPI", (await AskAsync(server)).Disruption);
        Assert.Equal(2, Reads);
    }

    [Fact]
    public async Task Of_many_pods_only_a_few_are_read_at_the_same_time()
    {
        const int Limit = 16;
        HeldSource source = new();
        await using RunningServer server = await RunningServer.StartReadyAsync(_api, s_reading, services => services.AddSingleton<IPodSource>(source));

        Task<NodeStateResponse>[] answers = [.. Enumerable.Range(0, 100).Select(i => server.GetAsync(s_node, $"?pod=shop/web-{i}&uid=u"))];
        await Eventually.TrueAsync(() => source.Begun >= Limit && answers.Count(answer => answer.IsCompleted) >= 100 - Limit, "all but the reads that are held are answered");
        int begun = source.Begun;
        source.Gate.SetResult();

        Assert.Equal(Limit, begun);
        Assert.All(await Task.WhenAll(answers), answer => Assert.Equal(NodeState.Ready, answer.State));
        Assert.Equal(Limit, source.Begun); // the others were answered without a read
    }

    private void AddCondition(string type, string status, string reason) =>
        _conditions.Add((JsonNode)new JsonObject { ["type"] = type, ["status"] = status, ["reason"] = reason });

    private static Task<NodeStateResponse> AskAsync(RunningServer server) => server.GetAsync(s_node, $"?pod=shop/web-0&uid={Uid}");

    private sealed class NamedSource : IPodSource
    {
        public const string Evicted = "evicted";

        public int ReadsOfEvicted { get; private set; }

        public Task<PodDisruption?> FindAsync(PodName pod, CancellationToken cancellationToken)
        {
            ReadsOfEvicted += pod.Name == Evicted ? 1 : 0;
            return Task.FromResult<PodDisruption?>(new PodDisruption(Uid, s_node, pod.Name == Evicted ? "EvictionByEvictionAPI" : null));
        }
    }

    /// <summary>Holds every read until the gate opens, even when the server no longer waits for it.</summary>
    private sealed class HeldSource : IPodSource
    {
        private int _begun;

        public TaskCompletionSource Gate { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public int Begun => Volatile.Read(ref _begun);

        public async Task<PodDisruption?> FindAsync(PodName pod, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _begun);
            await Gate.Task;
            return null;
        }
    }
}
