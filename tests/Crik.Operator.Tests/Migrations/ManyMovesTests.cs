using System.Text.Json.Nodes;
using Crik.Kubernetes.Access;
using Crik.Operator.Admission;
using Crik.Operator.Configuration;
using Crik.Operator.Migrations;
using Crik.Pods;
using Crik.StandIn.Moving;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Crik.Operator.Tests.Migrations;

/// <summary>
/// Moves many pods at once with the real queue, work and webhook over HTTP at a stand-in API server with simulated nodes. `make
/// bench-migrations` does the same with the native operator and 1,000 pods.
/// </summary>
public sealed class ManyMovesTests
{
    /// <summary>What a move may cost that waits for nothing for longer than a second or two. It is counted, so that it does not depend on the machine.</summary>
    private const double MostRequests = 80;

    [Fact]
    public async Task Each_pod_moves_once_and_costs_few_requests()
    {
        await using MovingCluster cluster = await MovingCluster.StartAsync(programs: 40, spaces: 4, nodes: 5, MovingTimes.Quick);
        ClusterAccess access = new() { Server = cluster.Api.Address, Authorities = ConfiguredText.Fixed(cluster.Api.Certificates.AuthorityPem) };
        OperatorOptions options = new() { Namespace = "crik", Identity = "crik-operator-0", MovesPods = true, Injection = new InjectionSettings("bundle:1") };
        await using WebApplication app = Server.Build(options, access, Stream.Null);
        AdmissionHandler webhook = app.Services.GetRequiredService<AdmissionHandler>();
        cluster.Resources.Admit = async (space, pod) =>
            JsonPatch.Apply(pod, (await webhook.HandleAsync(new AdmissionRequest("id", space, pod), CancellationToken.None)).Changes);
        IReadOnlyDictionary<string, (long, long)> before = cluster.Resources.Counts.All;
        using CancellationTokenSource end = new();
        Task work = app.Services.GetRequiredService<MigrationQueue>().RunAsync(end.Token);

        foreach (JsonObject pod in cluster.Programs)
        {
            cluster.Order(pod);
        }

        await cluster.UntilAsync(() => cluster.Ended() == cluster.Programs.Count || work.IsCompleted);
        await end.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => work);

        Assert.Empty(cluster.Problems());
        IReadOnlyList<(string What, long Requests, long Bytes)> requests = cluster.Resources.Counts.Since(before);
        Assert.Equal(cluster.Programs.Count, requests.Single(static one => one.What is "delete pods").Requests);
        double perMove = requests.Sum(static one => one.Requests) / (double)cluster.Programs.Count;
        Assert.True(perMove < MostRequests, $"{perMove:0.0} requests per move: {string.Join(", ", requests.Select(static one => $"{one.Requests} {one.What}"))}");
    }
}
