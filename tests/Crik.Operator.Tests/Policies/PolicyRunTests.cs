using System.Text.Json.Nodes;
using Crik.Kubernetes.Access;
using Crik.Kubernetes.Api;
using Crik.Kubernetes.Exec;
using Crik.Kubernetes.Resources;
using Crik.NodeAgent.Tests.Simulation;
using Crik.Operator.Admission;
using Crik.Operator.Configuration;
using Crik.Operator.Migrations.Cluster;
using Crik.Operator.Migrations.Work;
using Crik.Operator.Policies.Cluster;
using Crik.Operator.Policies.Work;
using Crik.Operator.Tests.Policies.Simulation;
using Crik.Pods;
using Crik.Pods.Reading;
using Crik.StandIn;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;

namespace Crik.Operator.Tests.Policies;

/// <summary>Works on a policy at a stand-in for the API server, which allows no more than the roles of the chart, with a stand-in for crik.</summary>
public sealed class PolicyRunTests : IAsyncLifetime
{
    private readonly StandInObjects _policies = new("/apis/crik.dev/v1alpha1/migrationpolicies");
    private readonly StandInObjects _migrations = new("/apis/crik.dev/v1alpha1/namespaces/team/podmigrations");
    private readonly StandInObjects _pods = new("/api/v1/namespaces/team/pods");
    private readonly StandInObjects _events = new("/api/v1/namespaces/default/events");
    private readonly StandInObjects _nodes = new("/api/v1/nodes");
    private readonly SimulatedClock _clock = new();
    private readonly List<string> _refused = [];
    private bool _hasMetrics = true;
    private StandInExec _exec = null!;
    private StandInApiServer _server = null!;
    private KubernetesApi _api = null!;
    private Kubelets _kubelets = null!;
    private PolicyWork _work = null!;

    public async Task InitializeAsync()
    {
        _exec = new StandInExec(static async call =>
        {
            await call.WriteOutputAsync("""{"state":"running","pid":7,"imageDir":"/checkpoints"}""");
            await call.EndAsync(0);
        });
        _server = await StandInApiServer.StartAsync();
        _server.Intercept = AnswerAsync;
        ClusterAccess access = new() { Server = _server.Address, Authorities = ConfiguredText.Fixed(_server.Certificates.AuthorityPem) };
        _api = new KubernetesApi(access, "crik-tests/1");
        _kubelets = new Kubelets(new KubeletTokens(_api, new OperatorOptions(), _clock), new PolicyOptions(), access);
        _work = new PolicyWork(
            new PolicyWorld
            {
                Objects = new PolicyObjects(_api),
                Loads = new ClusterLoads(_api, _kubelets),
                Notices = new PolicyNotices(_api, _clock, NullLogger<PolicyNotices>.Instance),
                Moving = new MigrationWorld
                {
                    Objects = new MigrationObjects(_api),
                    Pods = new MigrationPods(_api),
                    Checkpoints = new MigrationCheckpoints(_api),
                    Criks = new CriksInPods(new PodExec(_api), _clock),
                    Places = new ClusterPlaces(_api, new AdmissionOptions(new InjectionSettings("bundle:1"), "crik"), TimeProvider.System),
                    Notices = new NoMoveNotices(),
                },
            },
            new PolicyMetrics(),
            _clock);
        foreach (string node in (string[])["node-1", "node-2"])
        {
            await CreateAsync(ResourceType.Core("nodes"), null, $$"""{"metadata":{"name":"{{node}}","labels":{"pool":"work"} },"spec":{} }""");
            _nodes.Edit(node, static item => item["status"] = JsonNode.Parse("""
                {"conditions":[{"type":"Ready","status":"True"}],"nodeInfo":{"architecture":"amd64"},"allocatable":{"cpu":"10","memory":"100","pods":"10"} }
                """));
        }

        await CreateAsync(ResourceType.Core("pods"), "team", """
            {"metadata":{"name":"web","namespace":"team","labels":{"crik.dev/inject":"true"},
              "ownerReferences":[{"apiVersion":"apps/v1","kind":"ReplicaSet","name":"set","uid":"rs","controller":true}]},
             "spec":{"containers":[{"name":"app","command":["crik","run"],"volumeMounts":[{"name":"data","mountPath":"/checkpoints"}]}],
              "volumes":[{"name":"data","nfs":{} }]} }
            """);
        _pods.Edit("web", static pod =>
        {
            pod["spec"]!["nodeName"] = "node-1";
            pod["status"] = JsonNode.Parse("""{"phase":"Running"}""");
        });
    }

    public async Task DisposeAsync()
    {
        _api.Dispose();
        _kubelets.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task A_node_with_too_much_load_gives_up_a_pod_and_the_status_says_what_became_of_it()
    {
        await OrderAsync(isDryRun: false);
        await LookAsync();
        Assert.Empty(_migrations.All); // it is above its threshold, but not for long enough

        await LookAsync();
        JsonObject migration = Assert.Single(_migrations.All);
        string name = migration.At("metadata", "name").Text()!;
        Assert.Equal(("web", "node-2", "relief"), (migration.At("spec", "pod").Text(), migration.At("spec", "to", "node").Text(), migration.At("metadata", "labels", "crik.dev/migration-policy").Text()));
        Assert.Equal(_pods["web"].At("metadata", "uid").Text(), migration.At("spec", "podUID").Text());
        JsonObject owner = Assert.Single(migration.At("metadata", "ownerReferences").Maps());
        Assert.Equal(("MigrationPolicy", _policies["relief"].At("metadata", "uid").Text()), (owner.At("kind").Text(), owner.At("uid").Text()));
        Assert.Equal((name, "node-1"), (Move.At("name").Text(), Move.At("source").Text()));
        Assert.NotNull(Move.At("createdTime"));

        await LookAsync();
        Assert.Single(_migrations.All);
        _migrations.Edit(name, static item => item["status"] = JsonNode.Parse("""{"completionTime":"2026-11-23T18:01:00Z","pods":[{"name":"web","uid":"u","reason":"Completed","downtimeMilliseconds":900}]}"""));
        await LookAsync();

        Assert.Equal(("Completed", 900L), (Move.At("reason").Text(), Move.At("downtimeMilliseconds").Number()));
        Assert.Equal(["Moved", "Moving", "NodeOverloaded"], _events.All.Select(static item => item.At("reason").Text()).Order(StringComparer.Ordinal));
        Assert.All(_events.All, static item => Assert.Null(item.At("involvedObject", "namespace")));
        Assert.Empty(_refused);
    }

    [Fact]
    public async Task A_dry_run_says_once_what_it_would_do_and_writes_nothing_more()
    {
        await OrderAsync(isDryRun: true);
        await LookAsync();
        await LookAsync();
        string? version = _policies["relief"].At("metadata", "resourceVersion").Text();
        JsonObject proposal = Assert.Single(_policies["relief"].At("status", "proposals").Maps());

        await LookAsync();

        Assert.Equal(("web", "node-1", "node-2"), (proposal.At("pod").Text(), proposal.At("source").Text(), proposal.At("destination").Text()));
        Assert.Equal(version, _policies["relief"].At("metadata", "resourceVersion").Text());
        Assert.Equal(1, Assert.Single(_events.All, static item => item.At("reason").Text() is "WouldMove").At("count").Number());
        Assert.Empty(_migrations.All);
        Assert.Empty(_refused);
    }

    [Fact]
    public async Task Without_metrics_it_says_what_to_install_and_moves_nothing()
    {
        _hasMetrics = false;
        await OrderAsync(isDryRun: false);
        await LookAsync();
        await LookAsync();

        JsonObject ready = Assert.Single(_policies["relief"].At("status", "conditions").Maps(), static one => one.At("type").Text() is "Ready");
        Assert.Equal(("LoadUnknown", "The API server has no metrics.k8s.io. Install metrics-server, or set spec.source: summary."), (ready.At("reason").Text(), ready.At("message").Text()));
        Assert.Empty(_migrations.All);
    }

    private JsonObject Move => Assert.Single(_policies["relief"].At("status", "moves").Maps());

    private async Task LookAsync()
    {
        await _work.DoAsync(ObjectName.Global("relief"), CancellationToken.None);
        _clock.Move(TimeSpan.FromSeconds(20));
    }

    private Task<JsonObject> OrderAsync(bool isDryRun) => CreateAsync(PolicyObjects.Type, null, $$"""
        {"metadata":{"name":"relief"},"spec":{"nodeSelector":{"pool":"work"},"pods":{"namespaces":["team"]},
         "thresholds":{"cpu":{"above":80,"until":60} },"for":"15s","coolDown":"10m","dryRun":{{(isDryRun ? "true" : "false")}} } }
        """);

    /// <summary>A user creates an object.</summary>
    private Task<JsonObject> CreateAsync(ResourceType type, string? space, string item) =>
        ResourceClient.OfJson(_api, type).CreateAsync(space, JsonNode.Parse(item)!.AsObject(), CancellationToken.None);

    private async Task<bool> AnswerAsync(HttpContext context)
    {
        string path = context.Request.Path.Value!;
        bool isOfUser = context.Request.Method is "POST" && (path.EndsWith("/nodes", StringComparison.Ordinal) || path.EndsWith("/migrationpolicies", StringComparison.Ordinal));
        if (!isOfUser && !ChartRights.Allow(context.Request.Method, path, isWatch: false))
        {
            _refused.Add($"{context.Request.Method} {path}");
        }

        string time = _clock.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture);
        string? answer = path switch
        {
            "/apis/metrics.k8s.io/v1beta1/nodes" when _hasMetrics => $$"""
                {"items":[{"metadata":{"name":"node-1"},"timestamp":"{{time}}","window":"20s","usage":{"cpu":"9","memory":"10"} },
                          {"metadata":{"name":"node-2"},"timestamp":"{{time}}","window":"20s","usage":{"cpu":"1","memory":"10"} }]}
                """,
            "/apis/metrics.k8s.io/v1beta1/namespaces/team/pods" => $$"""
                {"items":[{"metadata":{"name":"web","namespace":"team"},"timestamp":"{{time}}","containers":[{"name":"app","usage":{"cpu":"3","memory":"5"} }]}]}
                """,
            "/apis/crik.dev/v1alpha1/podmigrations" => All(_migrations),
            "/api/v1/pods" => All(_pods),
            _ => null,
        };
        if (answer is not null)
        {
            context.Response.ContentType = "application/json";
            await context.Response.WriteAsync(answer);
            return true;
        }

        return path.EndsWith("/exec", StringComparison.Ordinal)
            ? await _exec.AnswerAsync(context)
            : await _policies.AnswerAsync(context) || await _migrations.AnswerAsync(context) || await _pods.AnswerAsync(context) || await _events.AnswerAsync(context) || await _nodes.AnswerAsync(context);
    }

    private static string All(StandInObjects objects) =>
        new JsonObject { ["metadata"] = new JsonObject(), ["items"] = new JsonArray([.. objects.All.Select(static item => item.DeepClone())]) }.ToJsonString();
}
