using System.Text.Json.Nodes;
using Crik.StandIn.Resources;

namespace Crik.StandIn.Moving;

/// <summary>
/// Fills a store with nodes, namespaces, and programs: of ten, four are replicas of StatefulSets, four belong to Deployments of one replica,
/// and two are pods without a controller. Each has a volume of its own.
/// </summary>
public sealed class SimulatedWorkloads(ResourceStore store)
{
    private const int Replicas = 4;

    private readonly Dictionary<string, JsonObject> _templates = [];

    /// <summary>The pod that a controller makes in place of one.</summary>
    public JsonObject Next(JsonObject pod)
    {
        JsonObject next = _templates[KeyOf(pod)].DeepClone().AsObject();
        if (KindOf(pod) is "ReplicaSet")
        {
            next["metadata"]!["generateName"] = $"{pod["metadata"]!["ownerReferences"]![0]!["name"]}-";
            next["metadata"]!.AsObject().Remove("name");
        }

        return next;
    }

    /// <returns>Null if it has no controller.</returns>
    public static string? KindOf(JsonObject pod) => (string?)pod["metadata"]!["ownerReferences"]?[0]?["kind"];

    public static string Space(int index) => $"team-{index}";

    public void AddNodes(int count)
    {
        for (int i = 1; i <= count; i++)
        {
            store.Put("nodes", Parse($$"""
                {"apiVersion":"v1","kind":"Node","metadata":{"name":"node-{{i}}","labels":{"kubernetes.io/hostname":"node-{{i}}"} },"spec":{},
                 "status":{"conditions":[{"type":"Ready","status":"True"}],"allocatable":{"cpu":"64","memory":"256Gi","pods":"500"},
                 "nodeInfo":{"architecture":"amd64","kubeletVersion":"v1.36.2","containerRuntimeVersion":"containerd://2.1.0"} } }
                """));
        }
    }

    /// <returns>The pods of the programs, which nobody has created yet.</returns>
    public IReadOnlyList<JsonObject> Add(string space, int programs)
    {
        store.Put("namespaces", Parse($$"""{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"{{space}}"} }"""));
        List<JsonObject> pods = [];
        int sets = Math.Max(1, programs * 4 / 10 / Replicas), deployments = programs * 4 / 10;
        for (int i = 0; i < sets; i++)
        {
            JsonObject owner = Controller(space, "StatefulSet", $"db-{i}", Replicas, null);
            pods.AddRange(Enumerable.Range(0, Replicas).Select(index => Pod(space, $"db-{i}-{index}", owner)));
        }

        for (int i = 0; i < deployments; i++)
        {
            JsonObject deployment = Controller(space, "Deployment", $"web-{i}", 1, null);
            pods.Add(Pod(space, $"web-{i}-5d4c9-{i}", Controller(space, "ReplicaSet", $"web-{i}-5d4c9", 1, deployment)));
        }

        pods.AddRange(Enumerable.Range(0, Math.Max(0, programs - pods.Count)).Select(index => Pod(space, $"alone-{index}", null)));
        return pods;
    }

    private JsonObject Controller(string space, string kind, string name, int replicas, JsonObject? owner)
    {
        JsonObject item = Parse($$"""{"apiVersion":"apps/v1","kind":"{{kind}}","metadata":{"name":"{{name}}","namespace":"{{space}}"},"spec":{"replicas":{{replicas}} } }""");
        AddOwner(item, owner);
        return store.Put($"{kind.ToLowerInvariant()}s.apps", item).Copy();
    }

    private JsonObject Pod(string space, string name, JsonObject? owner)
    {
        bool isSet = (string?)owner?["kind"] is "StatefulSet";
        string claim = owner is null || isSet ? name : (string)owner["metadata"]!["name"]!;
        AddVolume(space, claim);
        JsonObject pod = Parse($$"""
            {"apiVersion":"v1","kind":"Pod","metadata":{"name":"{{name}}","namespace":"{{space}}","labels":{"crik.dev/inject":"true",
             "{{(isSet ? "controller-revision-hash" : "pod-template-hash")}}":"5d4c9"} },"spec":{"terminationGracePeriodSeconds":120,"containers":[{"name":"app",
             "image":"registry.example/app:1","command":["crik","run","--","/app"],"resources":{"requests":{"cpu":"100m","memory":"128Mi"} },
             "env":[{"name":"CRIK_IMAGE_DIR","value":"/checkpoints"}],"volumeMounts":[{"name":"checkpoints","mountPath":"/checkpoints"}]}],
             "volumes":[{"name":"checkpoints","persistentVolumeClaim":{"claimName":"{{claim}}"} }]} }
            """);
        if (owner is null)
        {
            pod["metadata"]!["labels"]!.AsObject().Remove("pod-template-hash");
        }

        AddOwner(pod, owner);
        if (owner is not null)
        {
            _templates[KeyOf(pod)] = pod.DeepClone().AsObject();
        }

        return pod;
    }

    private static string KeyOf(JsonObject pod) => KindOf(pod) is "StatefulSet"
        ? $"{pod["metadata"]!["namespace"]}/{pod["metadata"]!["name"]}" : (string)pod["metadata"]!["ownerReferences"]![0]!["uid"]!;

    private void AddVolume(string space, string claim)
    {
        store.Put("persistentvolumeclaims", Parse($$"""
            {"apiVersion":"v1","kind":"PersistentVolumeClaim","metadata":{"name":"{{claim}}","namespace":"{{space}}"},
             "spec":{"accessModes":["ReadWriteOnce"],"volumeName":"{{space}}-{{claim}}"} }
            """));
        store.Put("persistentvolumes", Parse($$"""{"apiVersion":"v1","kind":"PersistentVolume","metadata":{"name":"{{space}}-{{claim}}"},"spec":{"csi":{} } }"""));
    }

    private static void AddOwner(JsonObject item, JsonObject? owner)
    {
        if (owner is not null)
        {
            item["metadata"]!["ownerReferences"] = new JsonArray((JsonNode)new JsonObject
            {
                ["apiVersion"] = "apps/v1",
                ["kind"] = owner["kind"]!.DeepClone(),
                ["name"] = owner["metadata"]!["name"]!.DeepClone(),
                ["uid"] = owner["metadata"]!["uid"]!.DeepClone(),
                ["controller"] = true,
            });
        }
    }

    private static JsonObject Parse(string json) => JsonNode.Parse(json)!.AsObject();
}
