using System.Text.Json.Nodes;
using Crik.Kubernetes.Access;
using Crik.NodeAgent.Configuration;
using Crik.NodeAgent.Steps;
using Crik.StandIn;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Crik.NodeAgent.Tests.Running;

/// <summary>Runs the whole agent at a stand-in for the API server, which is the kubelet and a registry too.</summary>
public sealed class AgentRunTests : IAsyncLifetime
{
    private const string Objects = "/apis/crik.dev/v1alpha1/namespaces/default/podcheckpoints";

    private readonly byte[] _archive = Crik.Images.Tests.Archives.Containerd(); // made once, because the time is in it
    private readonly TempDirectory _directory = new();
    private readonly MemoryRegistry _registry = new();
    private readonly StandInObjects _checkpoints = new(Objects);
    private readonly StandInObjects _pods = new("/api/v1/namespaces/default/pods");
    private readonly StandInObjects _events = new("/api/v1/namespaces/default/events");
    private readonly StandInObjects _nodes = new("/api/v1/nodes");
    private readonly StandInObjects _leases = new("/apis/coordination.k8s.io/v1/namespaces/crik/leases");
    private readonly int[] _ports = FreePorts.Find(2);
    private volatile bool _refusesDeletions;
    private bool _blocksTheClaim;
    private StandInFeed _feed = null!;
    private StandInFeed _podFeed = null!;
    private StandInApiServer _server = null!;
    private HttpClient _http = null!;

    public async Task InitializeAsync()
    {
        _server = await StandInApiServer.StartAsync();
        _server.Intercept = AnswerAsync;
        _http = new HttpClient(new HttpClientHandler { ServerCertificateCustomValidationCallback = (_, certificate, _, _) => certificate!.Issuer == _server.Certificates.Authority.Subject });
        await CreateAsync("/api/v1/nodes", new JsonObject { ["metadata"] = new JsonObject { ["name"] = "node-1" } });
        _nodes.Edit("node-1", static node => node["status"] = JsonNode.Parse("""{"nodeInfo":{"containerRuntimeVersion":"containerd://2.1.9","architecture":"amd64"}}"""));
        JsonNode pod = JsonNode.Parse("""{"metadata":{"name":"static-1","namespace":"default","ownerReferences":[{"controller":true,"uid":"uid-of-controller"}]},"spec":{"nodeName":"node-1","containers":[{"name":"app"}]}}""")!;
        await CreateAsync("/api/v1/namespaces/default/pods", pod.AsObject());
        _pods.Edit("static-1", static item =>
        {
            item["metadata"]!["uid"] = "e660"; // that of the archive
            item["status"] = JsonNode.Parse("""{"phase":"Running","containerStatuses":[{"name":"app","state":{"running":{}}}]}""");
        });
        _podFeed = new StandInFeed("/api/v1/pods", _pods["static-1"]);
    }

    public async Task DisposeAsync()
    {
        _http.Dispose();
        await _server.DisposeAsync();
        _directory.Dispose();
    }

    [Fact]
    public async Task A_container_is_saved_pushed_and_leaves_nothing_on_the_node()
    {
        await WhileRunningAsync("""{"pod":"static-1"}""", async () =>
        {
            await UntilReadyAsync();
            JsonNode checkpoint = await ReadAsync();
            JsonNode container = checkpoint["status"]!["containers"]![0]!;
            string uid = (string)checkpoint["metadata"]!["uid"]!;
            Assert.Equal($"{uid}-app", (string?)container["tag"]);
            Assert.Equal("containerd", (string?)container["runtime"]);
            Assert.Null(container["archive"]);
            Assert.Contains($"{uid}-app", _registry.Manifests.Keys);
            Assert.EndsWith(_registry.Manifests.Keys.Single(key => key.StartsWith("sha256:", StringComparison.Ordinal)), (string)container["image"]!, StringComparison.Ordinal);
            Assert.Contains(_archive, _registry.Blobs.Values);
            Assert.Empty(Directory.EnumerateFiles(_directory.Path, "*", SearchOption.AllDirectories));
            string kept = (string)checkpoint["metadata"]!["annotations"]!["crik.dev/pod"]!;
            Assert.NotEqual("of the user", kept);
            Assert.Equal(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(kept))), (string?)checkpoint["status"]!["podSHA256"]);
            Assert.Equal("uid-of-controller", (string?)checkpoint["status"]!["controllerUID"]);
            Assert.Equal(["crik.dev/image"], checkpoint["metadata"]!["finalizers"]!.AsArray().Select(name => (string?)name));
            Assert.NotEmpty(_pods.All);
            await Eventually.TrueAsync(() => _events.All.Count == 2, "there is an Event about the object and one about the pod");
            string metrics = await _http.GetStringAsync(new Uri($"http://127.0.0.1:{_ports[0]}/metrics"));
            Assert.Contains("crik_checkpoint_saves_total{engine=\"kubelet\"} 1\n", metrics, StringComparison.Ordinal);
            Assert.Contains("crik_checkpoint_pushes_total 1\n", metrics, StringComparison.Ordinal);
            Assert.Equal("ok\n", await _http.GetStringAsync(new Uri($"http://127.0.0.1:{_ports[1]}/readyz")));
        });
    }

    [Fact]
    public async Task A_pod_is_deleted_while_the_registry_is_down_and_its_archive_is_kept_until_it_is_up()
    {
        bool isDown = true;
        _registry.Trouble = _ => Volatile.Read(ref isDown) ? 403 : null;
        await WhileRunningAsync("""{"pod":"static-1","deletePod":true}""", async () =>
        {
            await Eventually.TrueAsync(async () => (string?)(await ConditionAsync("Pushed"))?["reason"] == "PushFailed", "the push has failed");
            Assert.Empty(_pods.All);
            Assert.Matches(@"^[0-9]+\.[0-9]{3}s$", (string)(await ReadAsync())["status"]!["gap"]!);
            Assert.Single(Directory.EnumerateFiles(_directory.In("crik")));

            Volatile.Write(ref isDown, false);
            await UntilReadyAsync();
            Assert.Empty(Directory.EnumerateFiles(_directory.Path, "*", SearchOption.AllDirectories));
        });
    }

    [Fact]
    public async Task A_deletion_of_the_pod_that_is_refused_does_not_hold_the_push_and_is_done_when_it_is_allowed()
    {
        _refusesDeletions = true;
        await WhileRunningAsync("""{"pod":"static-1","deletePod":true}""", async () =>
        {
            await Eventually.TrueAsync(async () => (string?)(await ConditionAsync("Pushed"))?["status"] == "True", "the image is in the registry");
            JsonNode refused = (await ConditionAsync("PodDeleted"))!;
            Assert.Equal(("False", "PodNotDeleted"), ((string?)refused["status"], (string?)refused["reason"]));
            Assert.Contains("not on a Friday", (string)refused["message"]!, StringComparison.Ordinal);
            await Eventually.TrueAsync(() => !Directory.EnumerateFiles(_directory.Path, "*", SearchOption.AllDirectories).Any(), "the archive is removed");
            Assert.Equal("False", (string?)(await ConditionAsync("Ready"))!["status"]);
            Assert.NotEmpty(_pods.All);

            _refusesDeletions = false;
            await UntilReadyAsync();
            Assert.Empty(_pods.All);
        });
    }

    [Fact]
    public async Task An_archive_that_cannot_be_taken_is_removed_and_the_object_says_why()
    {
        _blocksTheClaim = true;
        await WhileRunningAsync("""{"pod":"static-1"}""", () =>
            Eventually.TrueAsync(async () => (string?)(await ConditionAsync("Stalled"))?["reason"] == "ArchiveLost", "the object has failed"));
        Assert.Empty(Directory.EnumerateFiles(_directory.Path, "*", SearchOption.AllDirectories));
    }

    [Theory]
    [InlineData(401, "/v2/")]
    [InlineData(403, "/uploads/")]
    [InlineData(507, "/uploads/")]
    [InlineData(413, "/manifests/")]
    public async Task A_registry_that_refuses_gets_the_image_when_it_is_mended_and_the_archive_waits(int status, string requests)
    {
        bool isBroken = true;
        _registry.Trouble = context => Volatile.Read(ref isBroken) && context.Request.Method is not ("GET" or "HEAD") && context.Request.Path.Value!.Contains(requests, StringComparison.Ordinal) ? status : null;
        await WhileRunningAsync("""{"pod":"static-1"}""", async () =>
        {
            await Eventually.TrueAsync(async () => (string?)(await ConditionAsync("Pushed"))?["reason"] == "PushFailed", "the push has failed");
            Assert.Equal("False", (string?)(await ConditionAsync("Ready"))!["status"]);
            Assert.Single(Directory.EnumerateFiles(_directory.In("crik")));
            Assert.Empty(_registry.Manifests);

            Volatile.Write(ref isBroken, false);
            await UntilReadyAsync();
            Assert.Equal(2, _registry.Manifests.Count); // one image, by its tag and by its digest
            Assert.Empty(Directory.EnumerateFiles(_directory.Path, "*", SearchOption.AllDirectories));
        });
    }

    [Theory]
    [InlineData(429)]
    [InlineData(500)]
    [InlineData(503)]
    public async Task A_registry_that_is_busy_for_a_moment_is_asked_again(int status)
    {
        int refused = 0;
        _registry.Trouble = context => context.Request.Method is "POST" or "PUT" && Interlocked.Increment(ref refused) <= 2 ? status : null;
        await WhileRunningAsync("""{"pod":"static-1"}""", async () =>
        {
            await UntilReadyAsync();
            Assert.True(refused > 2);
            Assert.Equal(2, _registry.Manifests.Count);
        });
    }

    [Fact]
    public async Task An_image_whose_annotations_the_registry_drops_is_no_image_and_the_archive_stays()
    {
        _registry.DropsAnnotations = true;
        await WhileRunningAsync("""{"pod":"static-1"}""", async () =>
        {
            await Eventually.TrueAsync(async () => ((string?)(await ConditionAsync("Pushed"))?["message"])?.Contains("se another registry", StringComparison.Ordinal) is true, "the push has failed");
            Assert.Single(Directory.EnumerateFiles(_directory.In("crik")));

            _registry.DropsAnnotations = false;
            await UntilReadyAsync();
            Assert.Empty(Directory.EnumerateFiles(_directory.Path, "*", SearchOption.AllDirectories));
        });
    }

    [Fact]
    public async Task A_definition_that_is_older_than_the_agent_is_told_instead_of_written_for_ever()
    {
        _checkpoints.UnknownStatusField = "podSHA256";
        await WhileRunningAsync("""{"pod":"static-1"}""", () =>
            Eventually.TrueAsync(async () => (string?)(await ConditionAsync("Stalled"))?["reason"] == "OldDefinition", "the object has failed"));
        Assert.Empty(Directory.EnumerateFiles(_directory.Path, "*.tar", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task An_object_whose_pod_does_not_exist_is_refused_by_the_leader()
    {
        await WhileRunningAsync("""{"pod":"missing"}""", () =>
            Eventually.TrueAsync(async () => (string?)(await ConditionAsync("Stalled"))?["reason"] == "PodNotFound", "the object is refused"), created: DateTimeOffset.UtcNow.AddMinutes(-1));
    }

    private async Task WhileRunningAsync(string spec, Func<Task> test, DateTimeOffset? created = null)
    {
        JsonObject metadata = new() { ["name"] = "one", ["namespace"] = "default", ["annotations"] = new JsonObject { ["crik.dev/pod"] = "of the user" }, ["creationTimestamp"] = $"{created ?? DateTimeOffset.UtcNow:yyyy-MM-ddTHH:mm:ssZ}" };
        await CreateAsync(Objects, new JsonObject { ["metadata"] = metadata, ["spec"] = JsonNode.Parse(spec) });
        _feed = new StandInFeed("/apis/crik.dev/v1alpha1/podcheckpoints", _checkpoints["one"]);
        ClusterAccess access = new() { Server = _server.Address, Authorities = ConfiguredText.Fixed(_server.Certificates.AuthorityPem) };
        using TempDirectory files = new();
        AgentOptions options = new()
        {
            MetricsPort = _ports[0],
            HealthPort = _ports[1],
            BindAddress = System.Net.IPAddress.Loopback,
            Namespace = "crik",
            Identity = "agent-1",
            Settings = new AgentSettings("node-1") { Repository = $"127.0.0.1:{_server.Address.Port}/team/checkpoints" },
            KubeletAddress = "127.0.0.1",
            KubeletPort = _server.Address.Port,
            CheckpointDirectory = _directory.Path,
            MinFree = 0,
            Compression = Crik.Images.LayerCompression.None,
            RegistryCaFile = files.Write("ca.crt", _server.Certificates.AuthorityPem),
            LocalRegistries = [$"127.0.0.1:{_server.Address.Port}"],
        };
        using MemoryStream log = new();
        await using WebApplication app = Server.Build(options, access, log);
        await app.StartAsync();
        try
        {
            await test();
        }
        catch (TimeoutException exception)
        {
            string lines = System.Text.Encoding.UTF8.GetString(log.ToArray());
            throw new InvalidOperationException($"{exception.Message}. The object: {await ReadAsync()}. The log: {lines}", exception);
        }

        await app.StopAsync();
    }

    private Task UntilReadyAsync() => Eventually.TrueAsync(async () => (string?)(await ConditionAsync("Ready"))?["status"] == "True", "the object is ready");

    private async Task<JsonNode?> ConditionAsync(string type) =>
        (await ReadAsync())["status"]?["conditions"]?.AsArray().FirstOrDefault(condition => (string?)condition!["type"] == type);

    /// <summary>Asks the server for the object. A JSON object itself may not be read while the server changes it.</summary>
    private async Task<JsonNode> ReadAsync() => JsonNode.Parse(await _http.GetStringAsync(new Uri(_server.Address, $"{Objects}/one")))!;

    private async Task CreateAsync(string path, JsonObject item)
    {
        using StringContent body = new(item.ToJsonString(), null, "application/json");
        using HttpResponseMessage answer = await _http.PostAsync(new Uri(_server.Address, path), body);
        Assert.Equal(201, (int)answer.StatusCode);
    }

    private async Task<bool> AnswerAsync(HttpContext context) =>
        await _registry.AnswerAsync(context) || await CheckpointAsync(context) || await RefuseDeletionAsync(context)
        || (_feed is { } feed && await feed.AnswerAsync(context)) || (_podFeed is { } pods && await pods.AnswerAsync(context))
        || await _checkpoints.AnswerAsync(context) || await _pods.AnswerAsync(context) || await _events.AnswerAsync(context)
        || await _nodes.AnswerAsync(context) || await _leases.AnswerAsync(context);

    /// <summary>A webhook that allows no deletions.</summary>
    private async Task<bool> RefuseDeletionAsync(HttpContext context)
    {
        if (!_refusesDeletions || context.Request.Method is not "DELETE")
        {
            return false;
        }

        context.Response.StatusCode = 403;
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync("""{"kind":"Status","status":"Failure","message":"not on a Friday","reason":"Forbidden","code":403}""");
        return true;
    }

    /// <summary>The kubelet.</summary>
    private async Task<bool> CheckpointAsync(HttpContext context)
    {
        if (context.Request.Path != "/checkpoint/default/static-1/app")
        {
            return false;
        }

        if (_blocksTheClaim)
        {
            Directory.CreateDirectory(_directory.In($"crik/{(string)_checkpoints["one"]["metadata"]!["uid"]!}_app.tar"));
        }

        string path = _directory.In($"checkpoint-static-1_default-app-{DateTimeOffset.UtcNow:yyyy-MM-ddTHH:mm:ssZ}.tar");
        await File.WriteAllBytesAsync(path, _archive);
        await context.Response.WriteAsync($$"""{"items":["{{path}}"]}""");
        return true;
    }
}
