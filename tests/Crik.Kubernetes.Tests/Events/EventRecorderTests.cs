using System.Text.Json.Nodes;
using Crik.Kubernetes.Access;
using Crik.Kubernetes.Api;
using Crik.Kubernetes.Events;
using Crik.StandIn;

namespace Crik.Kubernetes.Tests.Events;

public sealed class EventRecorderTests : IAsyncLifetime
{
    private static readonly ObjectReference s_pod = new("v1", "Pod", "here", "train-0", "uid-1");

    private readonly StandInObjects _objects = new("/api/v1/namespaces/here/events");
    private StandInApiServer _server = null!;
    private KubernetesApi _api = null!;

    public async Task InitializeAsync()
    {
        _server = await StandInApiServer.StartAsync();
        _server.Intercept = _objects.AnswerAsync;
        _api = new KubernetesApi(new ClusterAccess { Server = _server.Address, Authorities = ConfiguredText.Fixed(_server.Certificates.AuthorityPem) }, "crik-tests/1");
    }

    public async Task DisposeAsync()
    {
        _api.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task The_same_text_about_the_same_object_is_counted_and_another_text_is_another_Event()
    {
        EventRecorder recorder = new(_api, "crik-operator", TimeProvider.System);
        await recorder.RecordAsync(s_pod, isWarning: true, "NotInjected", "because", CancellationToken.None);
        await recorder.RecordAsync(s_pod, isWarning: true, "NotInjected", "because", CancellationToken.None);
        await recorder.RecordAsync(s_pod, isWarning: false, "Injected", "it is", CancellationToken.None);

        JsonObject[] events = [.. _objects.All.OrderBy(item => (string?)item["type"])];
        Assert.Equal(["Normal", "Warning"], events.Select(item => (string?)item["type"]));
        Assert.Equal([1, 2], events.Select(item => (int?)item["count"]));
        Assert.Equal("uid-1", (string?)events[1]["involvedObject"]!["uid"]);
    }

    [Fact]
    public async Task A_long_message_is_cut_to_what_the_API_server_accepts()
    {
        await new EventRecorder(_api, "crik-operator", TimeProvider.System).RecordAsync(s_pod, true, "NotInjected", new string('x', 2000), CancellationToken.None);

        Assert.Equal(1024, ((string?)Assert.Single(_objects.All)["message"])!.Length);
    }

    [Fact]
    public async Task An_Event_about_an_object_without_a_namespace_is_in_the_namespace_default()
    {
        StandInObjects events = new("/api/v1/namespaces/default/events");
        _server.Intercept = events.AnswerAsync;

        await new EventRecorder(_api, "crik-operator", TimeProvider.System).RecordAsync(new("v1", "Node", null, "node-1", "uid-1"), true, "Full", "it is", CancellationToken.None);

        JsonNode written = Assert.Single(events.All);
        Assert.Equal("default", (string?)written["metadata"]!["namespace"]);
        Assert.Null(written["involvedObject"]!["namespace"]);
    }
}
