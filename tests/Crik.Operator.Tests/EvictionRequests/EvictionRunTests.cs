using System.Text.Json.Nodes;
using Crik.Contracts.PodMigrations;
using Crik.Kubernetes.Access;
using Crik.Kubernetes.Api;
using Crik.Kubernetes.Resources;
using Crik.NodeAgent.Tests.Simulation;
using Crik.Operator.EvictionRequests;
using Crik.Pods.Reading;
using Crik.StandIn;
using Crik.StandIn.Resources;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;

namespace Crik.Operator.Tests.EvictionRequests;

/// <summary>
/// Answers an Eviction at a stand-in for the API server: no Kubernetes that these tests could run has the API. The test plays the part of
/// the controller of EvictionRequests and of the queue that moves pods.
/// </summary>
public sealed class EvictionRunTests : IAsyncLifetime
{
    private const string Evictions = "evictions.lifecycle.k8s.io";
    private const string Migrations = "podmigrations.crik.dev";
    private static readonly ObjectName s_name = new("team", "pod-web");

    private readonly ResourceStore _store = new();
    private readonly SimulatedClock _clock = new();
    private ResourceServer _resources = null!;
    private StandInApiServer _server = null!;
    private KubernetesApi _api = null!;
    private int _writes;
    private int _lost;
    private bool _isLostAfterwards;

    public async Task InitializeAsync()
    {
        _clock.Move(SomeEviction.Now - _clock.GetUtcNow());
        _resources = new ResourceServer(_store);
        _server = await StandInApiServer.StartAsync();
        _server.Intercept = AnswerAsync;
        _api = new KubernetesApi(new ClusterAccess { Server = _server.Address, Authorities = ConfiguredText.Fixed(_server.Certificates.AuthorityPem) }, "crik-tests/1");
        string uid = _store.Put("pods", JsonNode.Parse("""
            {"metadata":{"name":"web","namespace":"team"},"spec":{"nodeName":"node-1","containers":[{"name":"app","command":["crik","run"]}]},"status":{"phase":"Running"} }
            """)!.AsObject()).Uid;
        JsonObject eviction = SomeEviction.Json();
        eviction["spec"]!["target"]!["pod"]!["uid"] = uid;
        _store.Put(Evictions, eviction);
    }

    public async Task DisposeAsync()
    {
        _api.Dispose();
        await _server.DisposeAsync();
    }

    [Theory]
    [InlineData(0, false)] // nothing is lost
    [InlineData(1, false)]
    [InlineData(1, true)]
    [InlineData(2, false)]
    [InlineData(2, true)]
    [InlineData(3, false)]
    [InlineData(3, true)]
    public async Task An_operator_that_is_killed_at_any_write_moves_the_pod_once_and_says_so(int lost, bool isLostAfterwards)
    {
        (_lost, _isLostAfterwards) = (lost, isLostAfterwards);

        TimeSpan? pause = await UntilItWaitsAsync();
        Assert.Equal(EvictionDecision.Heartbeat, pause);
        Assert.Equal("web", Assert.Single(_store.All(Migrations)).Json.At("spec", "pod").Text());
        Assert.Contains("waits", Own().At("message").Text(), StringComparison.Ordinal);

        End(PodMigrationReasons.Completed);
        Assert.Null(await UntilItWaitsAsync());
        Assert.Single(_store.All(Migrations));
        Assert.NotNull(Own().At("completionTime"));
        Assert.Contains("was moved to the node node-2", Own().At("message").Text(), StringComparison.Ordinal);
        Assert.Equal(3, _store.Find(Evictions, "team", "pod-web")!.Json.At("status", "responders").Maps().Count());
        Assert.True(lost == 0 || isLostAfterwards || _writes > lost, "a write that was lost is done again");
    }

    [Fact]
    public async Task A_canceled_eviction_takes_the_move_back_before_the_pod_is_deleted()
    {
        await UntilItWaitsAsync();
        _store.Edit(Evictions, _store.All(Evictions)[0], static item => item["status"]!["targetResponders"]![1]!["state"] = "Canceled");

        Assert.Null(await UntilItWaitsAsync());
        Assert.Empty(_store.All(Migrations)); // nothing had begun, so no finalizer keeps it
    }

    [Fact]
    public async Task A_move_that_changed_since_it_was_read_is_not_taken_back()
    {
        await UntilItWaitsAsync();
        _store.Edit(Evictions, _store.All(Evictions)[0], static item => item["status"]!["targetResponders"]![1]!["state"] = "Canceled");
        Func<HttpContext, Task<bool>> answer = _server.Intercept!;
        _server.Intercept = context =>
        {
            if (context.Request.Method is "DELETE")
            {
                Announce(); // the operator before this one is still at work
            }

            return answer(context);
        };

        Assert.Null(await UntilItWaitsAsync());
        Assert.False(Assert.Single(_store.All(Migrations)).IsEnding);
    }

    [Fact]
    public async Task A_pod_that_cannot_move_is_left_to_the_next_responder()
    {
        await UntilItWaitsAsync();
        End(PodMigrationReasons.NoDestination);

        Assert.Null(await UntilItWaitsAsync());
        Assert.NotNull(Own().At("completionTime"));
        Assert.Contains("NoDestination", Own().At("message").Text(), StringComparison.Ordinal);
        Assert.NotNull(_store.Find("pods", "team", "web"));
    }

    [Fact]
    public async Task A_PodMigration_whose_Eviction_is_gone_is_removed()
    {
        await UntilItWaitsAsync();
        End(PodMigrationReasons.Completed);
        await UntilItWaitsAsync();
        _store.Remove(Evictions, _store.All(Evictions)[0]);

        Assert.Null(await UntilItWaitsAsync());
        Assert.Empty(_store.All(Migrations));
    }

    [Fact]
    public async Task An_API_server_without_Evictions_registers_nobody()
    {
        using EvictionApi evictions = new(_api, _clock, NullLogger<EvictionApi>.Instance);
        await evictions.AskAsync(CancellationToken.None);
        Assert.True(evictions.IsServed);

        _resources.Unknown.Add(Evictions);
        await evictions.AskAsync(CancellationToken.None);
        Assert.False(evictions.IsServed);
    }

    /// <summary>Each failure is an operator that was killed, so another one goes on.</summary>
    private async Task<TimeSpan?> UntilItWaitsAsync()
    {
        while (true)
        {
            try
            {
                return await new EvictionWork(_api, _clock).DoAsync(s_name, CancellationToken.None);
            }
            catch (KubernetesException)
            {
                // The next one goes on.
            }
        }
    }

    private void End(string reason) => _store.Edit(Migrations, _store.All(Migrations)[0], item => item["status"] = JsonNode.Parse($$"""
        {"startTime":"2026-11-24T12:00:00Z","completionTime":"2026-11-24T12:00:30Z","pods":[{"name":"web","reason":"{{reason}}","destination":"node-2"}]}
        """));

    private void Announce() => _store.Edit(Migrations, _store.All(Migrations)[0], static item => item["status"] = JsonNode.Parse("""
        {"startTime":"2026-11-24T12:00:00Z","pods":[{"name":"web","startTime":"2026-11-24T12:00:00Z","announcedTime":"2026-11-24T12:00:10Z"}]}
        """));

    private JsonObject Own() => SeenEviction.Own(_store.Find(Evictions, "team", "pod-web")!.Json.At("status", "responders"))!;

    private async Task<bool> AnswerAsync(HttpContext context)
    {
        if (context.Request.Method is "GET" || ++_writes != _lost)
        {
            return await _resources.AnswerAsync(context);
        }

        context.Response.Body = Stream.Null; // the answer is lost, after the write or instead of it
        bool isDone = !_isLostAfterwards || await _resources.AnswerAsync(context);
        context.Abort();
        return isDone;
    }
}
