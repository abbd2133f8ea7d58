using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Crik.Kubectl.Tests.Commands;

/// <summary>PodCheckpoints as an agent leaves them, and nodes.</summary>
internal static class SavedPods
{
    public const string Template = """{"metadata":{"name":"web-0","labels":{"app":"web"}},"spec":{"containers":[{"name":"app","image":"app:1"}]}}""";

    public static JsonObject Status(string conditions) => JsonNode.Parse($$"""{"conditions": [{{conditions}}]}""")!.AsObject();

    public static JsonObject Ready(string container, string? gap = null, string image = "registry.example/c@sha256:1")
    {
        JsonObject status = Status("""{"type":"Saved","status":"True","reason":"Done"}, {"type":"Pushed","status":"True","reason":"Done"}, {"type":"Ready","status":"True","reason":"Completed"}""");
        status["node"] = "worker-1";
        status["engine"] = "kubelet";
        status["podUID"] = "uid-of-pod";
        status["gap"] = gap;
        status["containers"] = new JsonArray(new JsonObject { ["name"] = container, ["image"] = image, ["bytes"] = 12 << 20, ["runtime"] = "containerd 2.1.9" });
        return status;
    }

    /// <param name="vouched">The kept pod as the agent has seen it. Null: no agent vouches for it.</param>
    public static string Checkpoint(string name, string pod, string? template = Template, JsonObject? status = null, int minute = 1, string? vouched = Template) => new JsonObject
    {
        ["metadata"] = new JsonObject
        {
            ["name"] = name,
            ["namespace"] = "shop",
            ["uid"] = $"uid-of-{name}",
            ["creationTimestamp"] = $"2026-11-01T00:{minute:00}:00Z",
            ["annotations"] = template is null ? null : new JsonObject { ["crik.dev/pod"] = template },
        },
        ["spec"] = new JsonObject { ["pod"] = pod },
        ["status"] = WithSum(status ?? Ready("app", image: $"registry.example/c@sha256:{(name == "a" ? "1" : name)}"), template is null ? null : vouched),
    }.ToJsonString();

    private static JsonObject WithSum(JsonObject status, string? text)
    {
        if (text is not null)
        {
            status["podSHA256"] = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
        }

        return status;
    }

    public static string Node(string name, string runtime, string spec = "{}", string ready = "True") => $$"""
        {"metadata": {"name": "{{name}}"}, "spec": {{spec}},
         "status": {"conditions": [{"type": "Ready", "status": "{{ready}}"}], "nodeInfo": {"architecture": "amd64", "containerRuntimeVersion": "{{runtime}}"} } }
        """;
}
