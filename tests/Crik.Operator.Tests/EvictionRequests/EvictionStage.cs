using System.Text.Json.Nodes;
using Crik.Kubernetes.Access;
using Crik.Kubernetes.Api;
using Crik.Kubernetes.Resources;
using Crik.NodeAgent.Tests.Simulation;
using Crik.Operator.EvictionRequests;
using Crik.Pods.Reading;
using Crik.StandIn;
using Crik.StandIn.Resources;
using Microsoft.AspNetCore.Http;

namespace Crik.Operator.Tests.EvictionRequests;

/// <summary>
/// Answers an Eviction at a stand-in for the API server: no Kubernetes that these tests could run has the API. The test plays the part of
/// the controller of EvictionRequests and of the queue that moves pods.
/// </summary>
public abstract class EvictionStage : IAsyncLifetime
{
    private protected const string Evictions = "evictions.lifecycle.k8s.io";
    private protected const string Migrations = "podmigrations.crik.dev";
    private static readonly ObjectName s_name = new("team", "pod-web");

    private protected ResourceStore Store { get; } = new();

    private protected SimulatedClock Clock { get; } = new();

    private protected ResourceServer Resources { get; private set; } = null!;

    private protected StandInApiServer Server { get; private set; } = null!;

    private protected KubernetesApi Api { get; private set; } = null!;

    private protected int Writes { get; private set; }

    /// <summary>Which write is lost. 0: none.</summary>
    private protected int Lost { get; set; }

    /// <summary>Whether that write is done, and only its answer is lost.</summary>
    private protected bool IsLostAfterwards { get; set; }

    public async Task InitializeAsync()
    {
        Clock.Move(SomeEviction.Now - Clock.GetUtcNow());
        Resources = new ResourceServer(Store);
        Server = await StandInApiServer.StartAsync();
        Server.Intercept = AnswerAsync;
        Api = new KubernetesApi(new ClusterAccess { Server = Server.Address, Authorities = ConfiguredText.Fixed(Server.Certificates.AuthorityPem) }, "crik-tests/1");
        string uid = Store.Put("pods", JsonNode.Parse("""
            {"metadata":{"name":"web","namespace":"team"},"spec":{"nodeName":"node-1","containers":[{"name":"app","command":["crik","run"]}]},"status":{"phase":"Running"} }
            """)!.AsObject()).Uid;
        JsonObject eviction = SomeEviction.Json();
        eviction["spec"]!["target"]!["pod"]!["uid"] = uid;
        Store.Put(Evictions, eviction);
    }

    public async Task DisposeAsync()
    {
        Api.Dispose();
        await Server.DisposeAsync();
    }

    /// <summary>Each failure is an operator that was killed, so another one goes on.</summary>
    private protected async Task<TimeSpan?> UntilItWaitsAsync()
    {
        while (true)
        {
            try
            {
                return await new EvictionWork(Api, Clock).DoAsync(s_name, CancellationToken.None);
            }
            catch (KubernetesException)
            {
                // The next one goes on.
            }
        }
    }

    private protected void End(string reason) => Store.Edit(Migrations, Store.All(Migrations)[0], item => item["status"] = JsonNode.Parse($$"""
        {"startTime":"2026-11-24T12:00:00Z","completionTime":"2026-11-24T12:00:30Z","pods":[{"name":"web","reason":"{{reason}}","destination":"node-2"}]}
        """));

    private protected void Announce() => Store.Edit(Migrations, Store.All(Migrations)[0], static item => item["status"] = JsonNode.Parse("""
        {"startTime":"2026-11-24T12:00:00Z","pods":[{"name":"web","startTime":"2026-11-24T12:00:00Z","announcedTime":"2026-11-24T12:00:10Z"}]}
        """));

    private protected JsonObject Own() => SeenEviction.Own(Store.Find(Evictions, "team", "pod-web")!.Json.At("status", "responders"))!;

    private async Task<bool> AnswerAsync(HttpContext context)
    {
        if (context.Request.Method is "GET" || ++Writes != Lost)
        {
            return await Resources.AnswerAsync(context);
        }

        context.Response.Body = Stream.Null; // the answer is lost, after the write or instead of it
        bool isDone = !IsLostAfterwards || await Resources.AnswerAsync(context);
        context.Abort();
        return isDone;
    }
}
