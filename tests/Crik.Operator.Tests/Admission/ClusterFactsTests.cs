using System.Text;
using System.Text.Json.Nodes;
using Crik.Contracts.PodCheckpoints;
using Crik.Kubernetes.Access;
using Crik.Kubernetes.Api;
using Crik.Operator.Admission;
using Crik.Pods;

namespace Crik.Operator.Tests.Admission;

/// <summary>Asks a stand-in for the API server that has a few objects, and allows no more than the roles of the chart.</summary>
public sealed class ClusterFactsTests : IDisposable
{
    private const string Forbidden = """{"kind":"Status","status":"Failure","reason":"Forbidden","code":403}""";

    private const string NotFound = """{"kind":"Status","status":"Failure","reason":"NotFound","code":404}""";

    private readonly Dictionary<string, string> _objects = [];
    private readonly StandInHttpServer _server;
    private readonly KubernetesApi _api;
    private readonly ClusterFacts _facts;

    public ClusterFactsTests()
    {
        _server = new StandInHttpServer(head => Task.FromResult<byte[]?>(Encoding.UTF8.GetBytes(Answer(head.Split(' ')[0], head.Split(' ')[1].Split('?')[0]))));
        _api = new KubernetesApi(new ClusterAccess { Server = new Uri($"http://127.0.0.1:{_server.Port}") }, "crik-tests/1");
        _facts = new ClusterFacts(_api);
    }

    [Fact]
    public async Task The_labels_of_a_namespace_are_read()
    {
        _objects["/api/v1/namespaces/team"] = """{"metadata":{"name":"team","labels":{"a":"b"}}}""";

        Assert.Equal("b", (await _facts.NamespaceAsync("team", default)).Labels["a"]);
        await Assert.ThrowsAsync<KubernetesException>(() => _facts.NamespaceAsync("other", default));
    }

    [Fact]
    public async Task A_pod_of_a_Deployment_belongs_to_it_and_not_to_its_ReplicaSet()
    {
        _objects["/apis/apps/v1/namespaces/team/replicasets/web-1"] = ReplicaSet("r1", "d1");
        _objects["/apis/apps/v1/namespaces/team/deployments/web"] = """{"metadata":{"uid":"d1"},"spec":{"replicas":3,"strategy":{"type":"Recreate"}}}""";

        Assert.Equal(new PodController("Deployment", "web", 3) { Strategy = "Recreate" }, await ControllerAsync("apps/v1", "ReplicaSet", "web-1", "r1"));
    }

    [Theory]
    [InlineData("r1", "another")]
    [InlineData("r1", null)]
    public async Task A_Deployment_that_was_replaced_by_another_one_of_its_name_is_not_the_controller(string replicaSet, string? deployment)
    {
        _objects["/apis/apps/v1/namespaces/team/replicasets/web-1"] = ReplicaSet("r1", "d1");
        if (deployment is not null)
        {
            _objects["/apis/apps/v1/namespaces/team/deployments/web"] = $$"""{"metadata":{"uid":"{{deployment}}"},"spec":{"replicas":3} }""";
        }

        Assert.Equal(new PodController("ReplicaSet", "web-1", 2), await ControllerAsync("apps/v1", "ReplicaSet", "web-1", replicaSet));
    }

    [Fact]
    public async Task A_Job_tells_its_parallelism_and_whether_it_is_indexed()
    {
        _objects["/apis/batch/v1/namespaces/team/jobs/batch"] = """{"metadata":{"uid":"j1"},"spec":{"parallelism":4,"completionMode":"Indexed"}}""";

        Assert.Equal(new PodController("Job", "batch", 4) { IsIndexed = true }, await ControllerAsync("batch/v1", "Job", "batch", "j1"));
    }

    [Theory]
    [InlineData("apps/v1", "StatefulSet", "StatefulSet")]
    [InlineData("apps/v1", "DaemonSet", "DaemonSet")]
    [InlineData("v1", "Node", "Node")]
    [InlineData("example.com/v1", "Deployment", "Deployment.example.com")]
    public async Task Other_controllers_are_told_by_kind_and_group(string version, string kind, string expected)
    {
        Assert.Equal(new PodController(expected, "x"), await ControllerAsync(version, kind, "x", "1"));
        Assert.Empty(_server.Requests);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"metadata":{"ownerReferences":null}}""")]
    [InlineData("""{"metadata":{"ownerReferences":[null,5,{"controller":true},{"kind":"Job","name":"x"}]}}""")]
    public async Task A_pod_without_a_controller_has_none(string pod) => Assert.Null(await _facts.ControllerAsync("team", (JsonObject)JsonNode.Parse(pod)!, default));

    [Fact]
    public async Task A_Secret_that_does_not_exist_is_none()
    {
        _objects["/api/v1/namespaces/team/secrets/here"] = """{"data":{}}""";

        Assert.NotNull(await _facts.SecretAsync("team", "here", default));
        Assert.Null(await _facts.SecretAsync("team", "away", default));
    }

    [Fact]
    public async Task A_claim_is_read_and_one_that_does_not_exist_is_none()
    {
        _objects["/api/v1/namespaces/team/persistentvolumeclaims/here"] = "{}";

        Assert.NotNull(await _facts.ClaimAsync("team", "here", default));
        Assert.Null(await _facts.ClaimAsync("team", "away", default));
    }

    [Fact]
    public async Task The_PodCheckpoints_of_a_namespace_are_kept_without_their_pods_and_one_is_read_with_it()
    {
        const string One = """{"metadata":{"name":"a","uid":"1","labels":{"x":"y"},"annotations":{"crik.dev/pod":"{}"}},"spec":{"pod":"web-0"}}""";
        _objects["/apis/crik.dev/v1alpha1/namespaces/team/podcheckpoints"] = $$"""{"metadata":{"resourceVersion":"1"},"items":[{{One}}]}""";
        _objects["/apis/crik.dev/v1alpha1/namespaces/team/podcheckpoints/a"] = One;

        PodCheckpointDocument listed = Assert.Single(await _facts.CheckpointsAsync("team", default));
        PodCheckpointDocument? read = await _facts.CheckpointAsync("team", "a", default);

        Assert.Equal(("a", "1", "web-0", null, null), (listed.Metadata!.Name, listed.Metadata.Uid, listed.Spec!.Pod, listed.Metadata.Annotations, listed.Metadata.Labels));
        Assert.Equal("{}", read!.Metadata!.Annotations!["crik.dev/pod"]);
        Assert.Null(await _facts.CheckpointAsync("team", "b", default));
    }

    [Fact]
    public async Task A_Secret_that_the_operator_may_not_read_is_none()
    {
        _objects["/api/v1/namespaces/team/secrets/pull"] = Forbidden;

        Assert.Null(await _facts.SecretAsync("team", "pull", default));
    }

    public void Dispose()
    {
        _api.Dispose();
        _server.Dispose();
    }

    private string Answer(string method, string path)
    {
        string found = !ChartRights.Allow(method, path, isWatch: false) ? Forbidden : _objects.GetValueOrDefault(path, NotFound);
        return StandInHttpServer.Json(found, found switch { Forbidden => "403 Forbidden", NotFound => "404 Not Found", _ => "200 OK" });
    }

    private static string ReplicaSet(string id, string owner) => $$"""
        {"metadata":{"uid":"{{id}}","ownerReferences":[{"apiVersion":"apps/v1","kind":"Deployment","name":"web","uid":"{{owner}}","controller":true}]},"spec":{"replicas":2} }
        """;

    private Task<PodController?> ControllerAsync(string version, string kind, string name, string id) => _facts.ControllerAsync("team", (JsonObject)JsonNode.Parse($$"""
        {"metadata":{"ownerReferences":[{"apiVersion":"{{version}}","kind":"{{kind}}","name":"{{name}}","uid":"{{id}}","controller":true}]} }
        """)!, default);
}
