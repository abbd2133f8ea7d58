using System.Text.Json.Nodes;

namespace Crik.Pods.Tests;

/// <summary>Makes pods of many shapes from a seed.</summary>
internal sealed class GeneratedPods(int seed)
{
    private readonly Random _random = new(seed);

    public PodToInject Next()
    {
        JsonObject pod = [];
        Maybe(pod, "metadata", () => Metadata());
        JsonArray containers = [];
        for (int i = 0; i <= _random.Next(3); i++)
        {
            containers.Add((JsonNode)Container($"c{i}"));
        }

        JsonObject spec = new() { ["containers"] = containers };
        Maybe(spec, "volumes", () => new JsonArray(new JsonObject { ["name"] = "data", ["emptyDir"] = new JsonObject() }), nullToo: true);
        Maybe(spec, "initContainers", () => new JsonArray(Container("init")), nullToo: true);
        Maybe(spec, "terminationGracePeriodSeconds", () => _random.Next(100), nullToo: true);
        pod["spec"] = spec;
        return new PodToInject(pod, new PodController(Pick("Deployment", "Job", "ReplicaSet"), "owner", _random.Next(4)) { IsIndexed = _random.Next(2) == 0 }, NamespaceFacts.Unknown);
    }

    public InjectionSettings Settings() => new("bundle:1")
    {
        Mode = _random.Next(2) == 0 ? BundleMode.ImageVolume : BundleMode.InitContainer,
        NodeStateServer = _random.Next(2) == 0 ? null : new Uri("http://server:9376"),
    };

    private JsonObject Metadata()
    {
        JsonObject metadata = [];
        Maybe(metadata, "name", () => "p");
        Maybe(metadata, "annotations", () =>
        {
            JsonObject annotations = [];
            Maybe(annotations, "example.com/a~b", () => "x");
            Maybe(annotations, "crik.dev/containers", () => "*");
            Maybe(annotations, "crik.dev/grace-period", () => "90s");
            Maybe(annotations, "crik.dev/config.keep", () => "3");
            return annotations;
        }, nullToo: true);
        return metadata;
    }

    private JsonObject Container(string name)
    {
        JsonObject container = new() { ["name"] = name };
        Maybe(container, "command", () => Pick<JsonArray>([], ["run", "me"], ["crik", "run", "--", "me"]), nullToo: true);
        Maybe(container, "args", () => Pick<JsonArray>([], ["x"]), nullToo: true);
        Maybe(container, "env", () => Pick<JsonArray>([], [Variable("A")], [Variable("CRIK_IMAGE_DIR")], [Variable("KUBERNETES_NODE_NAME")]), nullToo: true);
        Maybe(container, "volumeMounts", () => Pick<JsonArray>([], [Mount("/a/b")], [Mount("/checkpoints")]), nullToo: true);
        Maybe(container, "securityContext", () =>
        {
            JsonObject context = [];
            Maybe(context, "runAsUser", () => 1000);
            Maybe(context, "seccompProfile", () => new JsonObject { ["type"] = Pick("RuntimeDefault", "Unconfined") }, nullToo: true);
            Maybe(context, "capabilities", () =>
            {
                JsonObject capabilities = [];
                Maybe(capabilities, "drop", () => new JsonArray("ALL"));
                Maybe(capabilities, "add", () => Pick<JsonArray>([], ["SYS_PTRACE"], ["CAP_CHECKPOINT_RESTORE", "KILL"]), nullToo: true);
                return capabilities;
            }, nullToo: true);
            return context;
        }, nullToo: true);
        return container;
    }

    private static JsonObject Variable(string name) => new() { ["name"] = name, ["value"] = "/a/b" };

    private static JsonObject Mount(string path) => new() { ["name"] = "data", ["mountPath"] = path };

    private void Maybe(JsonObject map, string key, Func<JsonNode> value, bool nullToo = false)
    {
        int choice = _random.Next(4);
        if (choice > 1)
        {
            map[key] = value();
        }
        else if (choice == 1 && nullToo)
        {
            map[key] = null;
        }
    }

    private T Pick<T>(params T[] choices) => choices[_random.Next(choices.Length)];
}
