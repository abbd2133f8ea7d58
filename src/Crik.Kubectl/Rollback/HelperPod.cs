using System.Text.Json.Nodes;
using Crik.Kubectl.Cluster;
using Crik.Pods;

namespace Crik.Kubectl.Rollback;

/// <summary>Makes the short-lived pod that runs `crik rollback` with the image, the volumes and the rights of another pod.</summary>
internal static class HelperPod
{
    private const string Label = "crik-rollback";

    /// <summary>What a pod and its container keep. Probes, ports and hooks are the program's. A quota may demand resources.</summary>
    private static readonly string[] s_ofPod =
    [
        "serviceAccountName", "automountServiceAccountToken", "imagePullSecrets", "securityContext", "hostUsers", "runtimeClassName", "nodeSelector",
        "tolerations", "priorityClassName", "schedulerName", "volumes",
    ];

    private static readonly string[] s_ofContainer = ["name", "image", "imagePullPolicy", "env", "envFrom", "resources", "securityContext", "volumeMounts", "workingDir"];

    /// <param name="imageDir">The image directory that crik in the pod named. Null leaves it to the configuration of the container.</param>
    /// <param name="now">Makes the name unique: an older pod of that kind says nothing about this rollback.</param>
    public static JsonObject Make(JsonObject pod, string container, int generation, string? imageDir, DateTimeOffset now)
    {
        JsonObject old = pod.Objects("spec", "containers").First(item => item.Text("name") == container);
        JsonObject main = Part(old, s_ofContainer);
        (main["resources"] as JsonObject)?.Remove("claims"); // they name devices of the pod, which are left out
        string[] directory = imageDir is null ? [] : ["--image-dir", imageDir];
        main["command"] = new JsonArray([.. new[] { CrikOf(old), "rollback", $"{generation}" }.Concat(directory).Select(static word => (JsonNode)word)]);
        JsonObject spec = Part(pod["spec"]!.AsObject(), s_ofPod);
        spec["restartPolicy"] = "Never";
        spec["terminationGracePeriodSeconds"] = 5;
        if (pod.At("spec", "affinity", "nodeAffinity") is { } nodes)
        {
            spec["affinity"] = new JsonObject { ["nodeAffinity"] = nodes.DeepClone() };
        }

        JsonObject[] bundle = [.. pod.Objects("spec", "initContainers").Where(static item => item.Text("name") == PodNames.BundleContainer)];
        if (bundle.Length > 0)
        {
            spec["initContainers"] = new JsonArray([.. bundle.Select(static item => item.DeepClone())]);
        }

        spec["containers"] = new JsonArray(main);
        return new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Pod",
            ["metadata"] = new JsonObject
            {
                ["name"] = $"{pod.Name()}-{Label}-{now.ToUnixTimeSeconds()}",
                ["labels"] = new JsonObject { ["app.kubernetes.io/name"] = Label, [PodNames.InjectLabel] = "false" },
                ["annotations"] = Annotations(pod),
            },
            ["spec"] = spec,
        };
    }

    private static string CrikOf(JsonObject container) =>
        container.Objects("volumeMounts").Any(static mount => mount.Text("mountPath") == PodNames.BundleDirectory) ? PodNames.CrikProgram
        : container.Texts("command").Concat(container.Texts("args")).FirstOrDefault(static word => word == "crik" || word.EndsWith("/crik", StringComparison.Ordinal)) ?? "crik";

    /// <summary>Variables may come from annotations: the index of a Job does.</summary>
    private static JsonObject Annotations(JsonObject pod)
    {
        JsonObject kept = [];
        foreach ((string key, JsonNode? value) in pod.At("metadata", "annotations") as JsonObject ?? [])
        {
            if (!key.StartsWith("crik.dev/", StringComparison.Ordinal) && !key.StartsWith("kubectl.kubernetes.io/last-applied", StringComparison.Ordinal))
            {
                kept[key] = value?.DeepClone();
            }
        }

        return kept;
    }

    private static JsonObject Part(JsonObject all, IEnumerable<string> keys)
    {
        JsonObject part = [];
        foreach (string key in keys)
        {
            if (all[key] is { } value)
            {
                part[key] = value.DeepClone();
            }
        }

        return part;
    }
}
