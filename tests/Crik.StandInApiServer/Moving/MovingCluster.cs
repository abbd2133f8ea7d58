using System.Text.Json.Nodes;
using Crik.StandIn.Resources;
using Microsoft.AspNetCore.Http;

namespace Crik.StandIn.Moving;

/// <summary>A stand-in for a cluster on which pods run under crik and can be moved: an API server, nodes, controllers and programs.</summary>
public sealed class MovingCluster : IAsyncDisposable
{
    private const string Migrations = "podmigrations.crik.dev";

    private readonly SimulatedWorkloads _workloads;
    private readonly List<JsonObject> _programs = [];
    private Exception? _fault;

    private MovingCluster(StandInApiServer api, MovingTimes times)
    {
        Api = api;
        Resources = new ResourceServer(Store);
        _workloads = new SimulatedWorkloads(Store);
        Nodes = new SimulatedNodes(Store, Resources, _workloads, times);
        Api.Intercept = AnswerAsync;
    }

    public StandInApiServer Api { get; }

    public ResourceStore Store { get; } = new();

    public ResourceServer Resources { get; }

    public SimulatedNodes Nodes { get; }

    /// <summary>The pods as they were before anything moved.</summary>
    public IReadOnlyList<JsonObject> Programs => _programs;

    /// <param name="spaces">How many namespaces share the programs.</param>
    public static async Task<MovingCluster> StartAsync(int programs, int spaces, int nodes, MovingTimes times)
    {
        MovingCluster cluster = new(await StandInApiServer.StartAsync(), times);
        cluster._workloads.AddNodes(nodes);
        cluster.Store.Put("namespaces", new JsonObject { ["metadata"] = new JsonObject { ["name"] = "crik" } });
        cluster.Store.Put("mutatingwebhookconfigurations.admissionregistration.k8s.io", JsonNode.Parse("""
            {"metadata":{"name":"crik-operator"},"webhooks":[{"name":"pods.crik.dev","clientConfig":{}},{"name":"namespaces.crik.dev","clientConfig":{}}]}
            """)!.AsObject());
        for (int i = 0; i < spaces; i++)
        {
            int share = (programs / spaces) + (i < programs % spaces ? 1 : 0);
            foreach (JsonObject pod in cluster._workloads.Add(SimulatedWorkloads.Space(i), share))
            {
                await cluster.Resources.CreatePodAsync(SimulatedWorkloads.Space(i), pod.DeepClone().AsObject());
                cluster._programs.Add(pod);
            }
        }

        await cluster.UntilAsync(() => cluster.Store.All("pods").All(static pod => (string?)pod.Json["status"]!["phase"] is "Running"));
        return cluster;
    }

    /// <summary>Asks for the move of a pod to any other node.</summary>
    public void Order(JsonObject pod)
    {
        (string space, string name) = ResourcePath.KeyOf(pod);
        Store.Put(Migrations, JsonNode.Parse($$"""
            {"apiVersion":"crik.dev/v1alpha1","kind":"PodMigration","metadata":{"name":"{{name}}","namespace":"{{space}}"},"spec":{"pod":"{{name}}","timeout":"30m"} }
            """)!.AsObject());
    }

    public IReadOnlyList<JsonObject> Orders() => [.. Store.All(Migrations).Select(static item => item.Json)];

    /// <summary>How many moves have ended, for better or worse.</summary>
    public int Ended() => Orders().Count(static item => item["status"]?["completionTime"] is not null);

    /// <exception cref="InvalidOperationException">The simulation itself has failed.</exception>
    public async Task UntilAsync(Func<bool> condition)
    {
        while (!condition())
        {
            if ((_fault ?? Nodes.Fault) is { } fault)
            {
                throw new InvalidOperationException("the simulation itself has failed", fault);
            }

            await Task.Delay(TimeSpan.FromMilliseconds(20));
        }
    }

    /// <returns>What is not as it has to be after each program was moved once, as sentences.</returns>
    public IEnumerable<string> Problems()
    {
        foreach (JsonObject item in Orders().Where(static item => (string?)item["status"]?["pods"]?[0]?["reason"] is not "Completed"))
        {
            yield return $"{item["metadata"]!["namespace"]}/{item["metadata"]!["name"]}: {item["status"]?["pods"]?[0]?["reason"] ?? item["status"]?.ToJsonString()}: {item["status"]?["pods"]?[0]?["message"]}";
        }

        foreach (((string space, string claim), SimulatedVolume volume) in Nodes.Volumes)
        {
            if (volume is not { Starts: 2, Deletions: 1, Generation: 2, Holder: not null, IsArmed: false })
            {
                yield return $"{space}/{claim}: {volume.Starts} starts, {volume.Deletions} deletions, checkpoint {volume.Generation}, armed {volume.IsArmed}";
            }
        }

        int pods = Store.All("pods").Count;
        if (pods != Programs.Count)
        {
            yield return $"there are {pods} pods instead of {Programs.Count}";
        }
    }

    public ValueTask DisposeAsync() => Api.DisposeAsync();

    private async Task<bool> AnswerAsync(HttpContext context)
    {
        try
        {
            return await Nodes.Exec.AnswerAsync(context) || await Resources.AnswerAsync(context);
        }
        catch (Exception exception) when (!context.RequestAborted.IsCancellationRequested)
        {
            _fault ??= exception; // the client only sees that the server has failed
            throw;
        }
    }
}
