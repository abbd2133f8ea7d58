using System.Globalization;
using System.Text.Json.Nodes;

namespace Crik.ClusterTests;

/// <summary>
/// The real Kubernetes of tests/lab/kubernetes, with the images of this checkout and the chart's node state servers in it.
/// Started, and stopped again, by make cluster-test.
/// </summary>
public sealed class Cluster
{
    public const string Namespace = "kube-system";
    public const string Server = "crik-node-state-server";

    /// <summary>The chart's default.</summary>
    private const int Servers = 2;

    public Cluster()
    {
        Paths = Control("paths").Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]);
        Reset();
        LoadImages();
        ApplyOutput = Apply(Render());
        Kubectl("-n", Namespace, "rollout", "restart", $"deployment/{Server}"); // the image of a run before may have the same name
        Kubectl("-n", Namespace, "rollout", "status", $"deployment/{Server}", "--timeout=180s");
        WaitForServers();
        ServiceAddress = Kubectl("-n", Namespace, "get", "service", Server, "-o", "jsonpath={.spec.clusterIP}");
    }

    /// <summary>What starts the cluster, stops it and reaches into it.</summary>
    public static string Script { get; } = Shell.In("tests/lab/kubernetes/cluster.sh");

    public IReadOnlyDictionary<string, string> Paths { get; }

    /// <summary>What kubectl said of each object of the chart.</summary>
    public string ApplyOutput { get; }

    public string ServiceAddress { get; }

    public string Url => $"http://{ServiceAddress}:9376";

    public static string Control(params string[] arguments) => Shell.Run(Script, arguments);

    public static string Kubectl(params string[] arguments) => Control(["kubectl", "--request-timeout=60s", .. arguments]);

    public static string Apply(string manifest) => Shell.Run(Script, ["kubectl", "apply", "-f", "-"], manifest);

    /// <summary>The chart as Helm would render it for this cluster.</summary>
    public static string Render(params string[] more)
    {
        string versions = Kubectl("api-versions");
        return Shell.Run(Shell.In("artifacts/render-chart"),
        [
            "--namespace", Namespace, "--kube-version", "1.20.2", "--api-versions", versions,
            "--set", "nodeStateServer.image.repository=localhost/crik-node-state-server", "--set", "nodeStateServer.image.tag=test",
            "--set", "nodeStateServer.image.pullPolicy=Never", "--set", "shutdownDelaySeconds=1", .. more, Shell.In("charts/node-state-server"),
        ]);
    }

    /// <summary>A request from one of the nodes.</summary>
    public static Answer Get(string url, int node = 1)
    {
        (int code, string output, string errors) = Shell.Try(Script, ["node", $"{node}", "curl", "-sS", "-m", "90", "-w", "\n%{http_code}", url]);
        int end = output.LastIndexOf('\n');
        return code == 0 ? new(int.Parse(output.AsSpan(end + 1), CultureInfo.InvariantCulture), output[..end]) : new(0, errors);
    }

    /// <summary>By the service, which refuses for a moment, on each node for itself, when its servers have just become ready again.</summary>
    public Answer Ask(string path, int node = 1) => Shell.Eventually($"an answer to {path} on node {node}", () =>
        Get(Url + path, node) is var answer && !answer.Body.StartsWith("curl: (7)", StringComparison.Ordinal) ? answer : null);

    public JsonNode State(string node) => JsonNode.Parse(Ask($"/v1/nodes/{node}").Body)!;

    /// <summary>Until all servers say so: whom the service asks next is chance.</summary>
    public static void WaitForState(string node, string state) => Shell.Eventually($"{node} is {state}", () => AreAll(server =>
        Get($"http://{server}:9376/v1/nodes/{node}") is { Status: 200 } answer && (string?)JsonNode.Parse(answer.Body)!["state"] == state));

    /// <summary>Not by what the API server knows, which may be of before it was killed.</summary>
    public static void WaitForServers() => Shell.Eventually("two servers are ready", () => AreAll(server => Ready(server) == 200));

    public static int Ready(string server) => Get($"http://{server}:8081/readyz").Status;

    /// <summary>How many wait for a change, at any of the servers.</summary>
    public static double LongPolls() => ServerPods().Sum(server => server.Address is null ? 0 : Metric(server.Address, "crik_long_polls "));

    /// <summary>Names and addresses of the servers that run and are to go on.</summary>
    public static (string Name, string? Address)[] ServerPods() =>
        [.. JsonNode.Parse(Kubectl("-n", Namespace, "get", "pods", "-l", $"app.kubernetes.io/name={Server}", "-o", "json"))!["items"]!.AsArray()
            .Where(pod => pod!["metadata"]!["deletionTimestamp"] is null)
            .Select(pod => ((string)pod!["metadata"]!["name"]!, (string?)pod["status"]!["podIP"]))];

    public static double Metric(string pod, string line) => Get($"http://{pod}:8080/metrics").Body.Split('\n')
        .Where(text => text.StartsWith(line, StringComparison.Ordinal))
        .Sum(text => double.Parse(text.AsSpan(text.LastIndexOf(' ') + 1), CultureInfo.InvariantCulture));

    private static bool AreAll(Func<string, bool> so) => ServerPods() is { Length: Servers } servers && servers.All(server => server.Address is not null && so(server.Address));

    /// <summary>No mark on any node.</summary>
    public static void Reset()
    {
        foreach (string node in new[] { "node-1", "node-2" })
        {
            Unmark(node);
            Kubectl("uncordon", node);
        }
    }

    /// <summary>Marks a node as one that its cloud is about to take away, as the termination handler of AWS does.</summary>
    public static void Mark(string node) => Kubectl("taint", "node", node, "--overwrite", "aws-node-termination-handler/spot-itn=true:NoSchedule");

    public static void Unmark(string node) => Shell.Try(Script, ["kubectl", "taint", "node", node, "aws-node-termination-handler/spot-itn-"]);

    private static void LoadImages()
    {
        string root = Shell.Run(Shell.In("tests/lab/rootfs.sh"), ["experimental"]).Trim();
        string work = Directory.CreateTempSubdirectory("crik-images-").FullName;
        try
        {
            Image("crik-node-state-server:test", "node-state-server", "/usr/local/bin/node-state-server");
            Image("crik-example:test", "crik", "/usr/local/bin/crik run --");
        }
        finally
        {
            Directory.Delete(work, recursive: true);
        }

        void Image(string name, string program, string entryPoint)
        {
            string layer = Path.Combine(work, program);
            Shell.Run("install", ["-D", "-m755", Shell.In($"artifacts/{program}"), $"{layer}/usr/local/bin/{program}"]);
            Shell.Run("chmod", ["-R", "a+rX", layer]);
            string archive = Path.Combine(work, $"{program}.tar");
            Shell.Run("env", [$"ENTRYPOINT={entryPoint}", Shell.In("tests/lab/kubernetes/make-image.sh"), $"localhost/{name}", $"{root}:{layer}", archive]);
            Control("load", archive);
        }
    }
}

/// <param name="Status">0 when there was none.</param>
/// <param name="Body">Then, what curl said.</param>
public sealed record Answer(int Status, string Body);

[CollectionDefinition(nameof(Cluster), DisableParallelization = true)]
public sealed class ClusterCollection : ICollectionFixture<Cluster>;
