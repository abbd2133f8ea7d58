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

    private static JsonNode[] Pods() => [.. JsonNode.Parse(Cluster.Kubectl("-n", Namespace, "get", "pods", "-l", $"app.kubernetes.io/name={Name}", "-o", "json"))!["items"]!.AsArray().Select(pod => pod!)];
}
