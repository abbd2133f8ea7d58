using System.Text.Json.Nodes;
using Crik.Kubernetes.Access;
using Crik.Operator.Admission;
using Crik.Operator.Configuration;
using Crik.Operator.EvictionRequests;
using Crik.Operator.Migrations;
using Crik.Pods;
using Crik.Pods.Reading;
using Crik.StandIn.Moving;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Crik.Operator.Tests.EvictionRequests;

/// <summary>Both queues and the webhook of the operator together, at a stand-in API server with simulated nodes.</summary>
public sealed class EvictionQueueTests
{
    [Fact]
    public async Task A_pod_whose_eviction_is_asked_for_moves_at_the_stand_in()
    {
        await using MovingCluster cluster = await MovingCluster.StartAsync(programs: 1, spaces: 1, nodes: 2, MovingTimes.Quick);
        ClusterAccess access = new() { Server = cluster.Api.Address, Authorities = ConfiguredText.Fixed(cluster.Api.Certificates.AuthorityPem) };
        OperatorOptions options = new()
        {
            Namespace = "crik",
            Identity = "crik-operator-0",
            MovesPods = true,
            AnswersEvictions = true,
            Injection = new InjectionSettings("bundle:1"),
        };
        await using WebApplication app = Server.Build(options, access, Stream.Null);
        AdmissionHandler webhook = app.Services.GetRequiredService<AdmissionHandler>();
        cluster.Resources.Admit = async (space, pod) =>
            JsonPatch.Apply(pod, (await webhook.HandleAsync(new AdmissionRequest("id", space, pod), CancellationToken.None)).Changes);
        await app.Services.GetRequiredService<EvictionApi>().AskAsync(CancellationToken.None);
        using CancellationTokenSource end = new();
        Task work = Task.WhenAny(app.Services.GetRequiredService<MigrationQueue>().RunAsync(end.Token), app.Services.GetRequiredService<EvictionQueue>().RunAsync(end.Token));

        JsonObject moved = cluster.Store.All("pods")[0].Json;
        JsonObject eviction = SomeEviction.Json();
        eviction["metadata"]!["namespace"] = moved.At("metadata", "namespace")!.DeepClone();
        eviction["spec"]!["target"]!["pod"] = new JsonObject { ["name"] = moved.At("metadata", "name")!.DeepClone(), ["uid"] = moved.At("metadata", "uid")!.DeepClone() };
        cluster.Store.Put("evictions.lifecycle.k8s.io", eviction);

        await cluster.UntilAsync(() => work.IsCompleted
            || SeenEviction.Own(cluster.Store.All("evictions.lifecycle.k8s.io")[0].Json.At("status", "responders")).At("completionTime") is not null);
        await end.CancelAsync();
        await work;

        string message = SeenEviction.Own(cluster.Store.All("evictions.lifecycle.k8s.io")[0].Json.At("status", "responders")).At("message").Text()!;
        Assert.Contains("was moved to the node", message, StringComparison.Ordinal);
        JsonObject next = cluster.Store.All("pods")[0].Json;
        Assert.NotEqual(moved.At("metadata", "uid").Text(), next.At("metadata", "uid").Text());
        Assert.NotEqual(moved.At("spec", "nodeName").Text(), next.At("spec", "nodeName").Text());
        Assert.Equal("crik.dev/migration", next.At("spec", "evictionResponders").Maps().Single().At("name").Text());
    }
}
