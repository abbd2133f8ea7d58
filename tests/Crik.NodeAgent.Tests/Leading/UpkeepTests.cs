using System.Text.Json.Nodes;
using Crik.Contracts.Conditions;
using Crik.Contracts.PodCheckpoints;
using Crik.Kubernetes.Access;
using Crik.Kubernetes.Api;
using Crik.Kubernetes.Resources;
using Crik.NodeAgent.Images;
using Crik.NodeAgent.Leading;
using Crik.NodeAgent.Objects;
using Crik.NodeAgent.Tests.Simulation;
using Crik.NodeAgent.Tests.Steps;
using Crik.NodeAgent.Work;
using Crik.StandIn;
using Microsoft.Extensions.Logging.Abstractions;

namespace Crik.NodeAgent.Tests.Leading;

/// <summary>The leader looks after objects of nodes that are gone.</summary>
public sealed class UpkeepTests : IAsyncLifetime, ICheckpointImages
{
    private const string Objects = "/apis/crik.dev/v1alpha1/namespaces/team/podcheckpoints";

    private readonly StandInObjects _checkpoints = new(Objects);
    private readonly StandInObjects _nodes = new("/api/v1/nodes");
    private readonly SimulatedClock _clock = new();
    private readonly KnownCheckpoints _known = new();
    private readonly List<string> _deletedImages = [];
    private StandInApiServer _server = null!;
    private KubernetesApi _api = null!;
    private CheckpointObjects _objects = null!;
    private Upkeep _upkeep = null!;

    public async Task InitializeAsync()
    {
        _server = await StandInApiServer.StartAsync();
        _server.Intercept = async context => await _checkpoints.AnswerAsync(context) || await _nodes.AnswerAsync(context);
        _api = new KubernetesApi(new ClusterAccess { Server = _server.Address, Authorities = ConfiguredText.Fixed(_server.Certificates.AuthorityPem) }, "crik-tests/1");
        _objects = new CheckpointObjects(_api);
        SimulatedCluster cluster = new(new Schedule(0) { IsRough = false }, _clock);
        SimulatedNode node = new(new Schedule(0), _clock);
        World world = new()
        {
            Objects = _objects,
            Pods = cluster,
            Archives = node,
            Kubelet = node,
            Crik = node,
            Images = this,
            Notices = new Notices(_api, _clock, NullLogger<Notices>.Instance),
        };
        CheckpointMetrics metrics = new();
        StatusWriter status = new(world, _known, metrics, _clock);
        UpkeepParts parts = new(_objects, cluster, new ThisNode(_api, "node-2"), status, new ImageSteps(world, Some.Settings, status, metrics, _clock));
        _upkeep = new Upkeep(parts, _known, new RetentionRules(), _clock, NullLogger<Upkeep>.Instance);

        using HttpClient http = new(new HttpClientHandler { ServerCertificateCustomValidationCallback = (_, certificate, _, _) => certificate!.Issuer == _server.Certificates.Authority.Subject });
        using StringContent body = new("""{"metadata":{"name":"one","namespace":"team","finalizers":["crik.dev/image"]},"spec":{"pod":"web"}}""", null, "application/json");
        (await http.PostAsync(new Uri(_server.Address, Objects), body)).Dispose();
        _checkpoints.Edit("one", static item => item["status"] = JsonNode.Parse("""
            {"node":"node-1","podUID":"uid-pod","engine":"kubelet","repository":"registry.example/a",
             "containers":[{"name":"app","tag":"uid-one-app","frozenTime":"2026-11-23T18:00:00Z"}]}
            """));
    }

    public async Task DisposeAsync()
    {
        _api.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task An_object_whose_node_is_gone_for_long_fails_and_is_let_go_with_its_images_when_it_is_deleted()
    {
        await LookAsync(TimeSpan.Zero);
        await LookAsync(TimeSpan.FromMinutes(10));
        Assert.Null((await ReadAsync()).Status!.CompletionTime);

        await LookAsync(TimeSpan.FromSeconds(1));
        PodCheckpointDocument failed = await ReadAsync();
        Assert.Equal(PodCheckpointReasons.NodeGone, failed.Status!.Conditions.Find(PodCheckpointConditions.Stalled)!.Reason);
        Assert.NotNull(failed.Status.CompletionTime);
        Assert.Empty(_deletedImages);

        _checkpoints.Edit("one", static item => item["metadata"]!["deletionTimestamp"] = "2026-11-23T19:00:00Z");
        await LookAsync(TimeSpan.FromSeconds(15));
        Assert.Equal(["registry.example/a:uid-one-app"], _deletedImages);
        Assert.Equal([], (await ReadAsync()).Metadata!.Finalizers ?? []);
    }

    [Fact]
    public async Task An_object_whose_node_comes_back_is_left_to_its_agent()
    {
        await LookAsync(TimeSpan.Zero);
        using KubernetesApi api = new(new ClusterAccess { Server = _server.Address, Authorities = ConfiguredText.Fixed(_server.Certificates.AuthorityPem) }, "crik-tests/1");
        JsonObject node = JsonNode.Parse("""{"metadata":{"name":"node-1"}}""")!.AsObject();
        await ResourceClient.OfJson(api, ResourceType.Core("nodes")).CreateAsync(null, node, CancellationToken.None);
        await LookAsync(TimeSpan.FromMinutes(11));
        await LookAsync(TimeSpan.FromMinutes(11));
        Assert.Null((await ReadAsync()).Status!.CompletionTime);
    }

    Task<string?> ICheckpointImages.EncryptionProblemAsync(string space, string secret, CancellationToken cancellationToken) => throw new NotSupportedException();

    Task<string?> ICheckpointImages.FindAsync(ImageOrder order, CancellationToken cancellationToken) => throw new NotSupportedException();

    Task<string> ICheckpointImages.PushAsync(ImageOrder order, Func<Stream> open, CancellationToken cancellationToken) => throw new NotSupportedException();

    Task ICheckpointImages.DeleteAsync(string repository, string tag, CancellationToken cancellationToken)
    {
        _deletedImages.Add($"{repository}:{tag}");
        return Task.CompletedTask;
    }

    private async Task LookAsync(TimeSpan later)
    {
        _clock.Move(later);
        _known.Note(await ReadAsync());
        await _upkeep.LookAsync(CancellationToken.None);
    }

    private async Task<PodCheckpointDocument> ReadAsync() => (await _objects.FindAsync(new ObjectName("team", "one"), CancellationToken.None))!;
}
