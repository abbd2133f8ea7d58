using System.Text.Json.Nodes;
using Crik.Contracts.PodCheckpoints;
using Crik.Contracts.PodMigrations;
using Crik.Operator.EvictionRequests;
using Crik.Operator.Migrations.Deciding;

namespace Crik.Operator.Tests.EvictionRequests;

/// <summary>Makes Evictions and what is around them. They have the form of lifecycle.k8s.io/v1alpha1 in Kubernetes 1.37.</summary>
internal static class SomeEviction
{
    public static readonly DateTimeOffset Now = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);

    public static SeenEviction Seen(ResponderState state = ResponderState.Active) => new("e-1", "web", "pod-1", state) { StartTime = Now.AddSeconds(-30) };

    public static JsonObject Json(string state = "Active") => JsonNode.Parse($$"""
        {"apiVersion":"lifecycle.k8s.io/v1alpha1","kind":"Eviction","metadata":{"name":"pod-web","namespace":"team"},"spec":{"target":{"pod":{"name":"web","uid":"pod-1"} } },
         "status":{"requesters":[{"name":"example.com/drain","intent":"Eviction"}],
          "targetResponders":[{"name":"example.com/first","state":"Completed"},{"name":"crik.dev/migration","state":"{{state}}"},{"name":"imperative-eviction.k8s.io/evictor","state":"Inactive"}],
          "responders":[{"name":"example.com/first","startTime":"2026-11-24T11:58:00Z","completionTime":"2026-11-24T11:59:00Z","message":"nothing to do"},
           {"name":"crik.dev/migration","startTime":"2026-11-24T11:59:30Z"},{"name":"imperative-eviction.k8s.io/evictor"}]} }
        """)!.AsObject();

    public static PodMigrationDocument Migration(params PodMove[] moves) => new()
    {
        Metadata = new ObjectMetadata { Name = "eviction-e-1", Namespace = "team", Uid = "m-1", ResourceVersion = "1" },
        Spec = new PodMigrationSpec { Pod = "web", PodUid = "pod-1" },
        Status = new PodMigrationStatus { Pods = moves },
    };

    public static PodMigrationDocument Ended(string reason) => Migration(new PodMove { Uid = "pod-1", Reason = reason, Message = "So it is.", Destination = "node-2" }) is var item
        ? item with { Status = item.Status! with { CompletionTime = Now } } : item;

    public static MovingPod Pod(string uid = "pod-1") => new("web", uid, "node-1", "Running", null) { CrikContainers = ["app"] };
}
