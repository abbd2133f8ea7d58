using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;

namespace Crik.ClusterTests;

/// <summary>The pod of examples/recipes/redis-aof.yaml, in which Redis answers.</summary>
internal sealed class RedisPod(TestNamespace place, string uid, string node)
{
    private const string Name = "redis-aof-0";

    public string Uid => uid;

    public string Node => node;

    /// <summary>A number that Redis chooses at its start. It is a part of its memory, but not of its file.</summary>
    public string RunId => Ask("info", "server").Split('\n').Single(line => line.StartsWith("run_id:", StringComparison.Ordinal)).Trim();

    /// <summary>Waits until Redis answers in a pod that no call has returned before.</summary>
    public static RedisPod WaitForFirst(TestNamespace place) => Wait(place, "none");

    public RedisPod WaitForSuccessor() => Wait(place, uid);

    public string Ask(params string[] command) => place.Kubectl(["exec", Name, "--", "redis-cli", .. command]).TrimEnd('\n');

    public void Delete() => place.Kubectl("delete", "pod", Name, "--wait=false");

    /// <summary>Kills the container at once while a client adds to a key, and waits until Redis answers again.</summary>
    /// <returns>The last sum that the client got.</returns>
    public int KillWhileAdding(string key)
    {
        string loop = $"while redis-cli incr {key}; do :; done";
        using Process client = Process.Start(new ProcessStartInfo(Cluster.Script, ["kubectl", "--namespace", place.Name, "exec", Name, "--", "sh", "-c", loop]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        Task<string> answers = client.StandardOutput.ReadToEndAsync(), errors = client.StandardError.ReadToEndAsync();
        Eventually.True(() => int.Parse(Ask("get", key), CultureInfo.InvariantCulture) > 20, "the client adds");
        Cluster.Control("kill-container", node, ((string)Container()["containerID"]!).Split("//")[1]); // containerd://ID or cri-o://ID
        string[] sums = answers.Result.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.NotNull(errors.Result);
        Eventually.True(() => (int)Container()["restartCount"]! == 1 && Ask("ping") == "PONG", "Redis answers after it was killed");
        return sums.Where(sum => int.TryParse(sum, out _)).Select(sum => int.Parse(sum, CultureInfo.InvariantCulture)).Last();
    }

    public string Log() => place.Kubectl("logs", Name);

    private static RedisPod Wait(TestNamespace place, string before) => Eventually.Found(
        () =>
        {
            JsonNode pod = place.Api.Read(place.PathOf("api/v1", $"pods/{Name}"));
            RedisPod found = new(place, (string)pod["metadata"]!["uid"]!, (string?)pod["spec"]!["nodeName"] ?? "");
            return found.Uid != before && pod["metadata"]!["deletionTimestamp"] is null && IsReady(pod) ? found : null;
        },
        "Redis is ready");

    private static bool IsReady(JsonNode pod) => (bool?)pod["status"]!["containerStatuses"]?[0]!["ready"] == true;

    private JsonNode Container() => place.Api.Read(place.PathOf("api/v1", $"pods/{Name}"))["status"]!["containerStatuses"]![0]!;
}
