using System.Globalization;
using System.Text.Json.Nodes;

namespace Crik.ClusterTests;

/// <summary>
/// The real Kubernetes cluster of tests/lab/kubernetes, with images built from this checkout and the node state servers
/// of the chart. `make cluster-test` starts and stops it.
/// </summary>
public sealed class Cluster : IDisposable
{
    public const string Namespace = "kube-system";
    public const string Server = "crik-node-state-server";

    /// <summary>An image with crik and criu, and with the program /app/count and Redis.</summary>
    public const string Image = "localhost/crik-example:test";

    /// <summary>The same image with another program in its place.</summary>
    public const string NextImage = "localhost/crik-example:next";

    /// <summary>The default number of servers in the chart.</summary>
    private const int Servers = 2;

    private readonly Lazy<InstalledOperator> _operator = new(() => new InstalledOperator());

    public Cluster()
    {
        Paths = Control("paths").Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]);
        Api = new ApiServer(Paths["KUBECONFIG_BY_TOKEN"]);
        TestNamespace.DeleteAll();
        Reset();
        Images.LoadCommon();
        ApplyOutput = Apply(Render());
        Kubectl("-n", Namespace, "rollout", "restart", $"deployment/{Server}"); // the image may have changed under its name
        WaitForRollOut();
        ServiceAddress = Kubectl("-n", Namespace, "get", "service", Server, "-o", "jsonpath={.spec.clusterIP}");
    }

    /// <summary>The script that starts, stops and controls the cluster.</summary>
    public static string Script { get; } = Repository.In("tests/lab/kubernetes/cluster.sh");

    public static string[] Nodes { get; } = Control("nodes").Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    public IReadOnlyDictionary<string, string> Paths { get; }

    public ApiServer Api { get; }

    /// <summary>The operator of charts/crik. It is installed for the first test that needs it.</summary>
    public InstalledOperator Operator => _operator.Value;

    /// <summary>The output of kubectl apply for the objects of the chart.</summary>
    public string ApplyOutput { get; }

    public string ServiceAddress { get; }

    public string Url => $"http://{ServiceAddress}:9376";

    public void Dispose() => Api.Dispose();

    public static string Control(params string[] arguments) => Command.Output(Script, arguments);

    public static string Kubectl(params string[] arguments) => Control(["kubectl", "--request-timeout=60s", .. arguments]);

    public static string Apply(string manifest) => Command.OutputWithInput(manifest, Script, "kubectl", "apply", "-f", "-");

    /// <summary>Installs the chart with other values, and waits until they are in effect.</summary>
    public static void Install(params string[] values)
    {
        Apply(Render(values));
        WaitForRollOut();
    }

    /// <summary>Renders the chart as Helm does for this cluster.</summary>
    public static string Render(params string[] more) => RenderChart("charts/node-state-server", "", more);

    /// <summary>Renders charts/crik with the node state server of <see cref="Render(string[])"/>, under the same release.</summary>
    public static string RenderAsSubchart() => RenderChart("charts/crik", "node-state-server.", "--set", "nodeStateServer.enabled=true");

    /// <param name="prefix">What the names of the server's values begin with.</param>
    private static string RenderChart(string chart, string prefix, params string[] more)
    {
        string versions = Kubectl("api-versions");
        string version = (string)JsonNode.Parse(Kubectl("get", "--raw", "/version"))!["gitVersion"]!;
        return Command.Output(Repository.In("artifacts/render-chart"),
        [
            "--namespace", Namespace, "--kube-version", version, "--api-versions", versions,
            "--set", $"{prefix}nodeStateServer.image.repository=localhost/crik-node-state-server", "--set", $"{prefix}nodeStateServer.image.tag=test",
            "--set", $"{prefix}nodeStateServer.image.pullPolicy=Never", "--set", $"{prefix}shutdownDelaySeconds=1", .. more, Repository.In(chart),
        ]);
    }

    /// <summary>Sends a signal to the processes of a node that run a program.</summary>
    public static void Signal(string node, string program, string signal) => Control(
        "node", node, "sh", "-c", $"for exe in /proc/[0-9]*/exe; do case $(readlink $exe) in */{program}) p=${{exe%/exe}}; kill -{signal} ${{p#/proc/}};; esac; done");

    /// <summary>Sends a request from one of the nodes.</summary>
    public static Answer Get(string url, int node = 1)
    {
        (int code, string output, string errors) = Command.Run(Script, ["node", $"{node}", "curl", "-sS", "-m", "90", "-w", "\n%{http_code}", url]);
        int end = output.LastIndexOf('\n');
        return code == 0 ? new(int.Parse(output.AsSpan(end + 1), CultureInfo.InvariantCulture), output[..end]) : new(0, errors);
    }

    /// <summary>
    /// Sends a request to the Service. Each node refuses such connections for a moment after the servers have become
    /// ready again, so the request is repeated.
    /// </summary>
    public Answer Ask(string path, int node = 1) => Eventually.Found(
        () => Get(Url + path, node) is var answer && !answer.Body.StartsWith("curl: (7)", StringComparison.Ordinal) ? answer : null,
        $"an answer to {path} on node {node}");

    public JsonNode State(string node) => JsonNode.Parse(Ask($"/v1/nodes/{node}").Body)!;

    /// <summary>Waits until all servers report the state, because the Service sends each request to any of them.</summary>
    public static void WaitForState(string node, string state) => Eventually.True(
        () => AreAll(server =>
            Get($"http://{server}:9376/v1/nodes/{node}") is { Status: 200 } answer && (string?)JsonNode.Parse(answer.Body)!["state"] == state),
        $"{node} is {state}");

    /// <summary>
    /// Waits until all servers are ready. It asks the servers themselves, because the status in the API server may be
    /// older than its restart.
    /// </summary>
    public static void WaitForServers() => Eventually.True(() => AreAll(server => Ready(server) == 200), "two servers are ready");

    public static int Ready(string server) => Get($"http://{server}:8081/readyz").Status;

    private static void WaitForRollOut()
    {
        Kubectl("-n", Namespace, "rollout", "status", $"deployment/{Server}", "--timeout=180s");
        WaitForServers();
    }

    /// <summary>Counts the open long-polls of all servers.</summary>
    public static double LongPolls() => ServerPods().Sum(server => server.Address is null ? 0 : Metric(server.Address, "crik_long_polls "));

    /// <summary>Returns the names and addresses of the servers that are not being deleted.</summary>
    public static (string Name, string? Address)[] ServerPods() =>
        [.. JsonNode.Parse(Kubectl("-n", Namespace, "get", "pods", "-l", $"app.kubernetes.io/name={Server}", "-o", "json"))!["items"]!.AsArray()
            .Where(pod => pod!["metadata"]!["deletionTimestamp"] is null)
            .Select(pod => ((string)pod!["metadata"]!["name"]!, (string?)pod["status"]!["podIP"]))];

    public static double Metric(string pod, string line) => Get($"http://{pod}:8080/metrics").Body.Split('\n')
        .Where(text => text.StartsWith(line, StringComparison.Ordinal))
        .Sum(text => double.Parse(text.AsSpan(text.LastIndexOf(' ') + 1), CultureInfo.InvariantCulture));

    private static bool AreAll(Func<string, bool> so) => ServerPods() is { Length: Servers } servers && servers.All(server => server.Address is not null && so(server.Address));

    /// <summary>Removes the mark and the cordon from every node.</summary>
    public static void Reset()
    {
        foreach (string node in Nodes)
        {
            Unmark(node);
            Kubectl("uncordon", node);
        }
    }

    /// <summary>Marks a node as the termination handler of AWS does when AWS takes a spot instance back.</summary>
    public static void Mark(string node, string effect = "NoSchedule") =>
        Kubectl("taint", "node", node, "--overwrite", $"aws-node-termination-handler/spot-itn=true:{effect}");

    public static void Unmark(string node) => Command.Run(Script, ["kubectl", "taint", "node", node, "aws-node-termination-handler/spot-itn-"]);
}
