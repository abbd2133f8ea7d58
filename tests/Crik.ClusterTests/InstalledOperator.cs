using System.Text.Json.Nodes;

namespace Crik.ClusterTests;

/// <summary>The operator of charts/crik on the cluster, and images without crik for pods that it injects.</summary>
public sealed class InstalledOperator
{
    public const string Namespace = "crik";
    public const string Name = "crik-operator";

    private readonly Dictionary<string, string> _images;

    public InstalledOperator()
    {
        Command.Output(Repository.In("tests/lab/kubernetes/operator.sh"), "--set", $"nodeStateServer.url=http://{Cluster.Server}.{Cluster.Namespace}.svc:9376");
        using TempDirectory work = new("crik-plain-images-");
        Command.Output(Repository.In("tests/lab/kubernetes/plain-images.sh"), work.Path);
        _images = Cluster.Control(["push", .. Directory.GetFiles(work.Path)]).Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .ToDictionary(image => image[(image.IndexOf("plain-", StringComparison.Ordinal) + "plain-".Length)..image.IndexOf('@', StringComparison.Ordinal)]);
    }

    /// <summary>The image in the registry that plain-images.sh calls "python", "musl" and so on.</summary>
    public string Image(string name) => _images[name];

    /// <summary>Changes the number of operators, and waits until there are that many.</summary>
    public static void Scale(int replicas)
    {
        Cluster.Kubectl("-n", Namespace, "scale", $"deployment/{Name}", $"--replicas={replicas}");
        Cluster.Kubectl("-n", Namespace, "rollout", "status", $"deployment/{Name}", "--timeout=180s");
        Eventually.True(() => Pods().Length == replicas, $"{replicas} operators run");
    }

    /// <summary>Waits until the API server asks the webhook and gets an answer.</summary>
    public static void WaitUntilPodsAreInjected() => Eventually.True(() => TryPod().Contains("crik.dev/injected", StringComparison.Ordinal), "a labelled pod would be injected");

    /// <summary>Says what the API server does with labelled pods while no operator answers, as webhook.failurePolicy of the chart does.</summary>
    /// <param name="policy">`Ignore` or `Fail`.</param>
    public static void SetFailurePolicy(string policy)
    {
        int count = JsonNode.Parse(Cluster.Kubectl("get", "mutatingwebhookconfiguration", Name, "-o", "json"))!["webhooks"]!.AsArray().Count;
        IEnumerable<string> changes = Enumerable.Range(0, count).Select(i => $$"""{"op":"replace","path":"/webhooks/{{i}}/failurePolicy","value":"{{policy}}"}""");
        Cluster.Kubectl("patch", "mutatingwebhookconfiguration", Name, "--type=json", "-p", $"[{string.Join(',', changes)}]");
    }

    /// <summary>What the API server would make of a labelled pod.</summary>
    public static string TryPod() => Cluster.Kubectl("run", "try", "--image=none", "--labels=crik.dev/inject=true", "--dry-run=server", "-o", "json", "--command", "--", "true");

    /// <summary>The sum of a metric of all operators. Only the leader has some of them.</summary>
    public static double Metric(string line) => Pods().Sum(pod => Cluster.Metric((string)pod["status"]!["podIP"]!, line));

    /// <summary>Sends a signal to the operators, wherever they run.</summary>
    public static void Signal(string signal)
    {
        foreach (string node in Cluster.Nodes)
        {
            Cluster.Signal(node, Name, signal);
        }
    }

    /// <summary>Kills the operator that leads now.</summary>
    public static void KillLeader()
    {
        string leader = Cluster.Kubectl("-n", Namespace, "get", "lease", Name, "-o", "jsonpath={.spec.holderIdentity}");
        if (Pods().FirstOrDefault(pod => (string)pod["metadata"]!["name"]! == leader) is { } pod)
        {
            Cluster.Signal((string)pod["spec"]!["nodeName"]!, Name, "KILL");
        }
    }

    /// <summary>
    /// Replaces operators that were killed by new ones, and waits until all are ready. The kubelet would wait longer before each further
    /// start of a container that ends again and again.
    /// </summary>
    public static void ReplaceKilled()
    {
        string[] killed = [.. Pods().Where(static pod => Restarts(pod) != 0).Select(static pod => (string)pod["metadata"]!["name"]!)];
        if (killed.Length > 0)
        {
            Cluster.Kubectl(["-n", Namespace, "delete", "pods", "--wait=false", .. killed]);
        }

        Eventually.True(
            static () => Pods().Where(static pod => pod["metadata"]!["deletionTimestamp"] is null).ToArray() is { Length: > 1 } staying
                && staying.All(static pod => (bool?)pod["status"]!["containerStatuses"]?[0]!["ready"] is true),
            "all operators are ready");
        WaitUntilPodsAreInjected();
    }

    private static int Restarts(JsonNode pod) => (int?)pod["status"]!["containerStatuses"]?[0]!["restartCount"] ?? 0;

    private static JsonNode[] Pods() => [.. JsonNode.Parse(Cluster.Kubectl("-n", Namespace, "get", "pods", "-l", $"app.kubernetes.io/name={Name}", "-o", "json"))!["items"]!.AsArray().Select(pod => pod!)];
}
