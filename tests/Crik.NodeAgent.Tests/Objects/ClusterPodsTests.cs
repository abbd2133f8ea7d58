using System.Text.Json.Nodes;
using Crik.Kubernetes.Access;
using Crik.Kubernetes.Api;
using Crik.Kubernetes.Resources;
using Crik.NodeAgent.Objects;
using Crik.NodeAgent.Steps;
using Crik.StandIn;
using Microsoft.AspNetCore.Http;

namespace Crik.NodeAgent.Tests.Objects;

public sealed class ClusterPodsTests
{
    [Fact]
    public void A_pod_is_seen_with_the_containers_that_run_and_those_that_look_like_crik()
    {
        JsonNode pod = JsonNode.Parse("""
            {"metadata":{"uid":"u1","deletionTimestamp":"2026-11-23T18:00:00Z"},
             "spec":{"nodeName":"node-1","containers":[{"name":"app","command":["/opt/crik/bin/crik","run"]},{"name":"side"}]},
             "status":{"phase":"Running","containerStatuses":[{"name":"app","state":{"running":{}}},{"name":"side","state":{"waiting":{}}}]}}
            """)!;
        PodView view = ClusterPods.View(pod.AsObject());
        Assert.Equal(("u1", "node-1", "Running", true), (view.Uid, view.Node, view.Phase, view.IsEnding));
        Assert.Equal([new ContainerView("app", true), new ContainerView("side", false)], view.Containers);
        Assert.Equal(["app"], view.CrikContainers);
    }

    [Theory]
    [InlineData("\"512Mi\"", 512L << 20)]
    [InlineData("1000000", 1000000L)]
    [InlineData("\"lots\"", null)]
    public void The_memory_limit_of_a_container_is_seen(string limit, long? bytes)
    {
        JsonNode pod = JsonNode.Parse("""{"spec":{"containers":[{"name":"app","resources":{"limits":{"memory":LIMIT}}}]}}""".Replace("LIMIT", limit, StringComparison.Ordinal))!;
        Assert.Equal(bytes, Assert.Single(ClusterPods.View(pod.AsObject()).Containers).MemoryLimit);
    }

    [Fact]
    public void A_static_pod_has_the_UID_of_the_node_beside_that_of_its_mirror()
    {
        JsonNode pod = JsonNode.Parse("""{"metadata":{"uid":"u1","annotations":{"kubernetes.io/config.mirror":"h1","kubernetes.io/config.hash":"h1"}}}""")!;
        Assert.Equal(("u1", "h1"), (ClusterPods.View(pod.AsObject()).Uid, ClusterPods.View(pod.AsObject()).StaticUid));
        pod["metadata"]!["annotations"]!.AsObject().Remove("kubernetes.io/config.mirror"); // anybody can write the other one
        Assert.Null(ClusterPods.View(pod.AsObject()).StaticUid);
    }

    [Theory]
    [InlineData("""{"metadata":{"uid":"u1"} }""", true)]
    [InlineData("""{"metadata":{"uid":"u1","deletionTimestamp":"2026-11-23T18:00:00Z"} }""", false)]
    [InlineData("""{"metadata":{"uid":"u2"} }""", false)]
    public async Task A_pod_whose_deletion_is_refused_is_not_taken_for_gone(string now, bool isRefused)
    {
        await using StandInApiServer server = await StandInApiServer.StartAsync();
        server.Intercept = async context =>
        {
            bool isRead = context.Request.Method == "GET";
            context.Response.StatusCode = isRead ? 200 : 409;
            await context.Response.WriteAsync(isRead ? now : """{"kind":"Status","status":"Failure","reason":"Conflict","code":409,"message":"admission webhook denied the request"}""");
            return true;
        };
        using KubernetesApi api = new(new ClusterAccess { Server = server.Address, Authorities = ConfiguredText.Fixed(server.Certificates.AuthorityPem) }, "crik-tests/1");
        Task<bool> deleted = new ClusterPods(api).DeleteAsync(new ObjectName("team", "web"), "u1", CancellationToken.None);
        if (isRefused)
        {
            Assert.Contains("denied", (await Assert.ThrowsAsync<KubernetesException>(() => deleted)).Message, StringComparison.Ordinal);
        }
        else
        {
            Assert.False(await deleted);
        }
    }

    [Fact]
    public void A_pod_without_anything_is_not_running()
    {
        PodView view = ClusterPods.View([]);
        Assert.Equal(("", null, "Unknown"), (view.Uid, view.Node, view.Phase));
        Assert.Empty(view.Containers);
    }
}
