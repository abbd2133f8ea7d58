using System.Text.Json.Nodes;
using Crik.Hosting;
using Crik.Kubernetes.Access;
using Crik.Kubernetes.Api;
using Crik.Kubernetes.Resources;
using Crik.Operator.Admission;
using Crik.Operator.Upkeep;
using Crik.Pods;
using Crik.StandIn;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;

namespace Crik.Operator.Tests.Upkeep;

/// <summary>Runs the upkeep at a stand-in for the API server, which allows no more than the roles of the chart.</summary>
public sealed class PodUpkeepTests : IAsyncLifetime
{
    private static readonly ClaimRequest s_claim = new("checkpoints-web", "ReadWriteOnce", "10Gi", null, IsTemplate: false);

    private readonly StandInObjects _claims = new("/api/v1/namespaces/team/persistentvolumeclaims");
    private readonly StandInObjects _events = new("/api/v1/namespaces/team/events");
    private readonly StandInObjects _replicaSets = new("/apis/apps/v1/namespaces/team/replicasets");
    private readonly UpkeepMetrics _metrics = new();
    private readonly StandInFeed _namespaces = new("/api/v1/namespaces");
    private StandInFeed _pods = new("/api/v1/pods");
    private volatile string? _quota;
    private StandInApiServer _server = null!;
    private KubernetesApi _api = null!;
    private PodUpkeep _upkeep = null!;

    public async Task InitializeAsync()
    {
        _server = await StandInApiServer.StartAsync();
        _server.Intercept = AnswerAsync;
        _api = new KubernetesApi(new ClusterAccess { Server = _server.Address, Authorities = ConfiguredText.Fixed(_server.Certificates.AuthorityPem) }, "crik-tests/1");
        AdmissionOptions admission = new(new InjectionSettings("bundle:1"), "crik") { ExcludedNamespaces = ["left-out"] };
        _upkeep = new PodUpkeep(_api, admission, _metrics, TimeProvider.System, NullLogger<PodUpkeep>.Instance);
    }

    public async Task DisposeAsync()
    {
        _api.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task A_pod_that_the_webhook_missed_gets_one_Event_and_is_counted_until_it_is_gone()
    {
        JsonObject pod = Pod("web", labels: new() { ["crik.dev/inject"] = "true" });
        _pods = new StandInFeed("/api/v1/pods", pod);

        await WhileLeadingAsync(async () =>
        {
            await Eventually.TrueAsync(() => Reasons() is ["NotInjectedMissed"], "there is an Event about the pod");
            Assert.Contains("crik_pods_not_injected{reason=\"Missed\"} 1\n", Metrics(), StringComparison.Ordinal);

            pod["status"]!["phase"] = "Pending";
            _pods.Send("MODIFIED", pod);
            _pods.Send("DELETED", pod);
            await Eventually.TrueAsync(() => !Metrics().Contains("reason=\"Missed\"", StringComparison.Ordinal), "the pod is no longer counted");
        });

        Assert.Equal(1, (int)Assert.Single(_events.All)["count"]!);
    }

    [Fact]
    public async Task The_claim_of_a_Deployments_pod_belongs_to_the_Deployment()
    {
        await CreateReplicaSetAsync();
        _pods = new StandInFeed("/api/v1/pods", Waiting("ReplicaSet", "web-1"));

        await WhileLeadingAsync(() => Eventually.TrueAsync(() => _claims.All.Count == 1, "the claim is there"));

        JsonNode owner = Assert.Single(_claims["checkpoints-web"]["metadata"]!["ownerReferences"]!.AsArray())!;
        Assert.Equal(("apps/v1", "Deployment", "web", "d1"), ((string?)owner["apiVersion"], (string?)owner["kind"], (string?)owner["name"], (string?)owner["uid"]));
        Assert.Empty(_events.All);
    }

    [Fact]
    public async Task A_claim_that_the_API_server_refuses_is_an_Event_of_the_pod_that_waits_for_it_and_is_tried_again()
    {
        _quota = "exceeded quota: storage";
        _pods = new StandInFeed("/api/v1/pods", Waiting("StatefulSet", "web"));

        await WhileLeadingAsync(async () =>
        {
            await Eventually.TrueAsync(() => Reasons() is ["ClaimNotCreated"], "there is an Event about the claim");
            Assert.Contains("exceeded quota: storage", (string?)_events.All[0]["message"], StringComparison.Ordinal);
            Assert.Equal("web", (string?)_events.All[0]["involvedObject"]!["name"]);

            _quota = null;
            await Eventually.TrueAsync(() => _claims.All.Count == 1, "the claim is there");
        });
    }

    [Fact]
    public async Task A_replica_that_leads_again_looks_again_at_the_pods_that_it_knew()
    {
        _quota = "exceeded quota: storage";
        _pods = new StandInFeed("/api/v1/pods", Waiting("StatefulSet", "web"), Pod("missed", labels: new() { ["crik.dev/inject"] = "true" }));
        await WhileLeadingAsync(() => Eventually.TrueAsync(() => _events.All.Count == 2, "both pods were looked at"));
        _metrics.Clear(); // as Leader does when the lease is lost
        _quota = null;

        await WhileLeadingAsync(async () =>
        {
            await Eventually.TrueAsync(() => _claims.All.Count == 1, "the claim is there");
            await Eventually.TrueAsync(() => Metrics().Contains("crik_pods_not_injected{reason=\"Missed\"} 1\n", StringComparison.Ordinal), "the missed pod is counted");
        });
    }

    [Fact]
    public async Task The_label_of_a_namespace_counts_from_the_moment_at_which_it_is_seen()
    {
        _pods = new StandInFeed("/api/v1/pods", Pod("web"));

        await WhileLeadingAsync(async () =>
        {
            _namespaces.Send("ADDED", new JsonObject { ["metadata"] = new JsonObject { ["name"] = "team", ["resourceVersion"] = "2", ["labels"] = new JsonObject { ["crik.dev/inject"] = "true" } } });
            await Eventually.TrueAsync(() => Reasons() is ["NotInjectedMissed"], "there is an Event about the pod");
        });
    }

    [Fact]
    public async Task Pods_of_a_namespace_that_the_webhook_leaves_out_and_pods_that_end_are_left_alone()
    {
        JsonObject leftOut = Pod("a", labels: new() { ["crik.dev/inject"] = "true" }), ending = Waiting("StatefulSet", "web");
        leftOut["metadata"]!["namespace"] = "left-out";
        ending["metadata"]!["deletionTimestamp"] = "2026-01-01T00:00:00Z";
        _pods = new StandInFeed("/api/v1/pods", leftOut, ending, Pod("last", labels: new() { ["crik.dev/inject"] = "true" }));

        await WhileLeadingAsync(() => Eventually.TrueAsync(() => _events.All.Count > 0, "the last pod was looked at"));

        Assert.Equal("last", (string?)Assert.Single(_events.All)["involvedObject"]!["name"]);
        Assert.Empty(_claims.All);
    }

    /// <summary>Whoever creates pods writes their annotations. They must neither fill the memory nor end the leader.</summary>
    [Fact]
    public async Task Annotations_of_any_length_and_text_end_in_an_Event()
    {
        string reason = "HostPid: " + new string('x', 1013) + string.Concat(Enumerable.Repeat("\U0001F600", 10_000)); // both limits cut through a pair
        JsonObject skipped = Pod("a", labels: new() { ["crik.dev/inject"] = "true" }), waiting = Waiting("StatefulSet", "web");
        skipped["metadata"]!["annotations"] = new JsonObject { [PodNames.SkippedAnnotation] = reason };
        waiting["metadata"]!["annotations"]![PodNames.ClaimRequestAnnotation] = new string(' ', 100_000) + s_claim.ToText();
        _pods = new StandInFeed("/api/v1/pods", skipped, waiting);

        await WhileLeadingAsync(() => Eventually.TrueAsync(() => _events.All.Count == 2, "there is an Event about both"));

        Assert.Equal(["NotInjectedBadClaimRequest", "NotInjectedHostPid"], Reasons().Order(StringComparer.Ordinal));
        Assert.All(_events.All, item => Assert.InRange(((string)item["message"]!).Length, 10, 1024));
    }

    private static JsonObject Pod(string name, JsonObject? labels = null) => new()
    {
        ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = "team", ["uid"] = $"uid-{name}", ["resourceVersion"] = "1", ["labels"] = labels },
        ["status"] = new JsonObject { ["phase"] = "Running" },
    };

    /// <summary>An injected pod whose claim does not exist yet.</summary>
    private static JsonObject Waiting(string ownerKind, string ownerName)
    {
        JsonObject pod = Pod("web");
        pod["status"]!["phase"] = "Pending";
        pod["metadata"]!["annotations"] = new JsonObject { [PodNames.InjectedAnnotation] = "{}", [PodNames.ClaimRequestAnnotation] = s_claim.ToText() };
        pod["metadata"]!["ownerReferences"] = new JsonArray(
            new JsonObject { ["apiVersion"] = "apps/v1", ["kind"] = ownerKind, ["name"] = ownerName, ["uid"] = "o1", ["controller"] = true });
        return pod;
    }

    private async Task CreateReplicaSetAsync()
    {
        JsonObject replicaSet = new() { ["metadata"] = new JsonObject { ["name"] = "web-1" } };
        replicaSet["metadata"]!["ownerReferences"] = new JsonArray(
            new JsonObject { ["apiVersion"] = "apps/v1", ["kind"] = "Deployment", ["name"] = "web", ["uid"] = "d1", ["controller"] = true });
        _server.Intercept = _replicaSets.AnswerAsync; // the test may do what the operator may not
        await ResourceClient.OfJson(_api, new ResourceType("apps", "v1", "replicasets")).CreateAsync("team", replicaSet, CancellationToken.None);
        _server.Intercept = AnswerAsync;
    }

    private async Task<bool> AnswerAsync(HttpContext context)
    {
        (string method, string path) = (context.Request.Method, context.Request.Path.Value!);
        if (!ChartRights.Allow(method, path, context.Request.Query["watch"] == "true"))
        {
            await StandInApiServer.RefuseAsync(context, 403, "Forbidden", $"the chart does not allow {method} {path}");
            return true;
        }

        if (_quota is { } quota && method == "POST" && path.EndsWith("/persistentvolumeclaims", StringComparison.Ordinal))
        {
            await StandInApiServer.RefuseAsync(context, 403, "Forbidden", quota);
            return true;
        }

        return await _namespaces.AnswerAsync(context) || await _pods.AnswerAsync(context) || await _claims.AnswerAsync(context) || await _events.AnswerAsync(context)
            || await _replicaSets.AnswerAsync(context);
    }

    /// <summary>Leads until the task has ended, as Leader does until the lease is lost.</summary>
    private async Task WhileLeadingAsync(Func<Task> until)
    {
        using CancellationTokenSource lost = new();
        Task leading = _upkeep.RunAsync(lost.Token);
        await until();
        await lost.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => leading);
    }

    private string[] Reasons() => [.. _events.All.Select(item => (string)item["reason"]!)];

    private string Metrics()
    {
        PrometheusText text = new();
        _metrics.WriteTo(text);
        return text.ToString();
    }
}
