using System.Text.Json.Nodes;
using Crik.Kubernetes.Access;
using Crik.Kubernetes.Api;
using Crik.Kubernetes.Exec;
using Crik.Kubernetes.Resources;
using Crik.Operator.Admission;
using Crik.Operator.Migrations.Cluster;
using Crik.Operator.Migrations.Work;
using Crik.Pods;
using Crik.Pods.Reading;
using Crik.StandIn;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;

namespace Crik.Operator.Tests.Migrations;

/// <summary>Moves a pod at a stand-in for the API server, which allows no more than the roles of the chart, with a stand-in for crik.</summary>
public sealed class MigrationRunTests : IAsyncLifetime
{
    private readonly StandInObjects _migrations = new("/apis/crik.dev/v1alpha1/namespaces/team/podmigrations");
    private readonly StandInObjects _pods = new("/api/v1/namespaces/team/pods");
    private readonly StandInObjects _checkpoints = new("/apis/crik.dev/v1alpha1/namespaces/team/podcheckpoints");
    private readonly StandInObjects _events = new("/api/v1/namespaces/team/events");
    private readonly StandInObjects _claims = new("/api/v1/namespaces/team/persistentvolumeclaims");
    private readonly StandInObjects _allPods = new("/api/v1/pods");
    private readonly StandInObjects _nodes = new("/api/v1/nodes");
    private readonly List<string> _commands = [];
    private readonly List<string> _refused = [];
    private bool _isArmed;
    private string? _unreadable;
    private int _restoredFrom = 3;
    private StandInExec _exec = null!;
    private StandInApiServer _server = null!;
    private KubernetesApi _api = null!;
    private MigrationWork _work = null!;

    public async Task InitializeAsync()
    {
        _exec = new StandInExec(CrikAsync);
        _server = await StandInApiServer.StartAsync();
        _server.Intercept = AnswerAsync;
        _api = new KubernetesApi(new ClusterAccess { Server = _server.Address, Authorities = ConfiguredText.Fixed(_server.Certificates.AuthorityPem) }, "crik-tests/1");
        MigrationWorld world = new()
        {
            Objects = new MigrationObjects(_api),
            Pods = new MigrationPods(_api),
            Checkpoints = new MigrationCheckpoints(_api),
            Criks = new CriksInPods(new PodExec(_api), TimeProvider.System),
            Places = new ClusterPlaces(_api, new AdmissionOptions(new InjectionSettings("bundle:1"), "crik"), TimeProvider.System),
            Notices = new MigrationNotices(_api, TimeProvider.System, NullLogger<MigrationNotices>.Instance),
        };
        _work = new MigrationWork(world, new MigrationMetrics(), TimeProvider.System);
        foreach (string node in (string[])["node-1", "node-2"])
        {
            await CreateAsync("", "nodes", $$"""{"metadata":{"name":"{{node}}","labels":{} },"spec":{} }""");
            _nodes.Edit(node, static item => item["status"] = JsonNode.Parse("""
                {"conditions":[{"type":"Ready","status":"True"}],"nodeInfo":{"architecture":"amd64","containerRuntimeVersion":"containerd://2.1.9"},"allocatable":{"cpu":"2","memory":"4Gi","pods":"10"} }
                """));
        }

        await CreateAsync("namespaces/team/", "pods", """
            {"apiVersion":"v1","kind":"Pod","metadata":{"name":"web","namespace":"team","labels":{"app":"web"} },"spec":{"containers":[
             {"name":"app","command":["crik","run"],"volumeMounts":[{"name":"data","mountPath":"/checkpoints"}]}],
             "volumes":[{"name":"data","persistentVolumeClaim":{"claimName":"data"} }]} }
            """);
        Run("node-1");
    }

    public async Task DisposeAsync()
    {
        _api.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task A_pod_without_a_controller_moves_with_the_checkpoint_that_was_ordered()
    {
        string before = _pods["web"].At("metadata", "uid").Text()!;
        await OrderAsync("""{"pod":"web","to":{"node":"node-2"} }""");

        await DoAsync();
        Assert.NotEqual(before, _pods["web"].At("metadata", "uid").Text());
        Assert.Equal("web", _pods["web"].At("metadata", "labels", "app").Text());
        Assert.Contains("\"node-2\"", _pods["web"].At("spec", "affinity")!.ToJsonString(), StringComparison.Ordinal);
        Assert.Contains("checkpoint --at-termination", _commands);
        Assert.Contains($"\"uid\":\"{before}\"", _pods.LastDeletion, StringComparison.Ordinal);
        Assert.Contains("\"resourceVersion\":", _pods.LastDeletion, StringComparison.Ordinal);

        _restoredFrom = 4;
        Run("node-2");
        await DoAsync();

        JsonObject migration = _migrations["move"];
        JsonObject move = Assert.Single(migration.At("status", "pods").Maps());
        Assert.Equal(("Completed", "1/1"), (move.At("reason").Text(), migration.At("status", "moved").Text()));
        Assert.Equal((3, 4), (move.At("containers").Maps().Single().At("before").Number(), move.At("containers").Maps().Single().At("generation").Number()));
        Assert.Null(move.At("manifest"));
        Assert.Empty(migration.At("metadata", "finalizers").Texts());
        Assert.Contains(_events.All, static item => item.At("reason").Text() is "Completed");
        Assert.Empty(_refused);
    }

    [Fact]
    public async Task A_pod_without_crik_moves_as_an_image_that_the_node_agent_makes()
    {
        await CreateAsync("namespaces/team/", "pods", """{"metadata":{"name":"plain","namespace":"team"},"spec":{"containers":[{"name":"app","image":"app:1"}]} }""");
        Run("node-1", "plain");
        string before = _pods["plain"].At("metadata", "uid").Text()!;
        await OrderAsync("""{"pod":"plain","to":{"node":"node-2"} }""");

        await DoAsync();

        JsonObject checkpoint = Assert.Single(_checkpoints.All);
        string name = checkpoint.At("metadata", "name").Text()!;
        Assert.Equal((before, "kubelet", true), (checkpoint.At("spec", "podUID").Text(), checkpoint.At("spec", "engine").Text(), checkpoint.At("spec", "deletePod").IsTrue()));
        Assert.Equal(before, _pods["plain"].At("metadata", "uid").Text());

        await ResourceClient.OfJson(_api, ResourceType.Core("pods")).DeleteAsync(new ObjectName("team", "plain"), CancellationToken.None);
        _checkpoints.Edit(name, static item => item["status"] = JsonNode.Parse("""
            {"node":"node-1","engine":"kubelet","completionTime":"2026-11-23T18:00:00Z","conditions":[{"type":"Ready","status":"True"}],
             "containers":[{"name":"app","image":"registry/team@sha256:1","runtime":"containerd 2.1.9"}]}
            """));
        await DoAsync();
        Run("node-2", "plain");
        await DoAsync();

        Assert.Equal("Completed", Assert.Single(_migrations["move"].At("status", "pods").Maps()).At("reason").Text());
        Assert.Equal("registry/team@sha256:1", _pods["plain"].At("spec", "containers").Maps().Single().At("image").Text());
        Assert.Empty(_commands);
        Assert.Empty(_refused);
    }

    [Fact]
    public async Task A_destination_that_does_not_exist_leaves_the_pod_as_it_is()
    {
        string before = _pods["web"].ToJsonString();
        await OrderAsync("""{"pod":"web","to":{"node":"node-9"} }""");

        await DoAsync();

        Assert.Equal("NoDestination", _migrations["move"].At("status", "pods").Maps().Single().At("reason").Text());
        Assert.Equal(before, _pods["web"].ToJsonString());
        Assert.DoesNotContain("checkpoint --at-termination", _commands);
        Assert.Empty(_refused);
    }

    [Fact]
    public async Task A_pod_of_which_the_API_server_does_not_speak_does_not_hold_up_another_one()
    {
        string before = _pods["web"].At("metadata", "uid").Text()!;
        await CreateAsync("namespaces/team/", "pods", """{"metadata":{"name":"sick","namespace":"team","labels":{"app":"web"} },"spec":{"nodeName":"node-1","containers":[]} }""");
        await OrderAsync("""{"selector":{"matchLabels":{"app":"web"} },"limit":2,"parallel":2,"to":{"node":"node-2"} }""");
        _unreadable = "/api/v1/namespaces/team/pods/sick";

        Assert.NotNull(await DoAsync());

        Assert.NotEqual(before, _pods["web"].At("metadata", "uid").Text());
        Assert.Null(_migrations["move"].At("status", "pods").Maps().First(static move => move.At("name").Text() is "sick").At("reason"));
    }

    [Fact]
    public async Task Pods_of_one_controller_move_one_after_the_other_whatever_parallel_is()
    {
        foreach (string name in (string[])["set-a", "set-b"])
        {
            await CreateAsync("namespaces/team/", "pods", $$"""
                {"metadata":{"name":"{{name}}","namespace":"team","labels":{"app":"set","crik.dev/inject":"true"},
                  "ownerReferences":[{"apiVersion":"apps/v1","kind":"ReplicaSet","name":"set","uid":"rs","controller":true}]},
                 "spec":{"containers":[{"name":"app","command":["crik","run"],"volumeMounts":[{"name":"data","mountPath":"/checkpoints"}]}],
                  "volumes":[{"name":"data","persistentVolumeClaim":{"claimName":"data"} }]} }
                """);
            Run("node-1", name);
        }

        await OrderAsync("""{"selector":{"matchLabels":{"app":"set"} },"limit":2,"parallel":2,"to":{"node":"node-2"} }""");

        await DoAsync();

        Assert.Equal("set-b", Assert.Single(_pods.All, static pod => pod.At("metadata", "labels", "app").Text() is "set").At("metadata", "name").Text());
        JsonObject[] moves = [.. _migrations["move"].At("status", "pods").Maps()];
        Assert.NotNull(moves[0].At("announcedTime"));
        Assert.Equal((1, (string?)null), (moves[0].At("siblings").Texts().Count, moves[1].At("orderedTime").Text()));
        Assert.Empty(_refused);
    }

    [Fact]
    public async Task A_selector_asks_for_these_labels_only()
    {
        await OrderAsync("""{"selector":{"matchLabels":{"app":"other"} },"limit":5}""");

        await DoAsync();

        Assert.Contains(_migrations["move"].At("status", "conditions").Maps(), static one => one.At("type").Text() is "Stalled" && one.At("reason").Text() is "NothingSelected");
    }

    private Task<TimeSpan?> DoAsync() => _work.DoAsync(new ObjectName("team", "move"), CancellationToken.None);

    /// <summary>What the scheduler and the kubelet do.</summary>
    private void Run(string node, string name = "web") => _pods.Edit(name, pod =>
    {
        pod["spec"]!["nodeName"] = node;
        pod["status"] = JsonNode.Parse("""{"phase":"Running","conditions":[{"type":"Ready","status":"True","lastTransitionTime":"2026-11-23T18:00:09Z"}]}""");
    });

    private Task OrderAsync(string spec) =>
        CreateAsync("/apis/crik.dev/v1alpha1/namespaces/team/", "podmigrations", $$"""{"metadata":{"name":"move","namespace":"team"},"spec":{{spec}} }""");

    /// <summary>A user creates an object.</summary>
    private async Task CreateAsync(string place, string plural, string item)
    {
        ResourceType type = plural is "podmigrations" ? MigrationObjects.Type : ResourceType.Core(plural);
        await ResourceClient.OfJson(_api, type).CreateAsync(place.Contains("team", StringComparison.Ordinal) ? "team" : null, JsonNode.Parse(item)!.AsObject(), CancellationToken.None);
    }

    private async Task CrikAsync(StandInExecCall call)
    {
        string order = string.Join(' ', call.Command.Skip(1));
        _commands.Add(order);
        if (order is "status -o json")
        {
            await call.WriteOutputAsync($$"""
                {"state":"running","pid":7,"imageDir":"/checkpoints","restoredFrom":{{_restoredFrom}},"checkpointAtTermination":{{(_isArmed ? "true" : "false")}} }
                """);
        }

        _isArmed |= order is "checkpoint --at-termination";
        await call.EndAsync(0);
    }

    private async Task<bool> AnswerAsync(HttpContext context)
    {
        string path = context.Request.Path.Value!;
        bool isOfUser = context.Request.Method is "POST" && (path.EndsWith("/nodes", StringComparison.Ordinal) || path.EndsWith("/podmigrations", StringComparison.Ordinal));
        if (!isOfUser && !ChartRights.Allow(context.Request.Method, path, isWatch: false))
        {
            _refused.Add($"{context.Request.Method} {path}");
        }

        if (path == _unreadable)
        {
            context.Response.StatusCode = 500;
            return true;
        }

        return path.EndsWith("/exec", StringComparison.Ordinal)
            ? await _exec.AnswerAsync(context)
            : await _migrations.AnswerAsync(context) || await _checkpoints.AnswerAsync(context) || await _pods.AnswerAsync(context) || await _events.AnswerAsync(context)
                || await _claims.AnswerAsync(context) || await _allPods.AnswerAsync(context) || await _nodes.AnswerAsync(context);
    }
}
