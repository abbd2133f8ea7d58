using System.Globalization;
using System.Text.Json.Nodes;

namespace Crik.ClusterTests;

/// <summary>A pod without crik and without an owner, of which the kubelet makes a checkpoint image, and from which it goes on in a new pod.</summary>
internal sealed class SavedProgram(TestNamespace place, string name, string image)
{
    private const string Repository = "registry.lab/checkpoints";

    /// <summary>The pod in which the program runs now.</summary>
    public string Pod { get; private set; } = $"{name}-0";

    public string Name => name;

    public void Start(string node) => place.ApplyText($$$"""
        apiVersion: v1
        kind: Pod
        metadata: {name: {{{Pod}}}, labels: {program: {{{name}}}}}
        spec:
          nodeName: {{{node}}}
          terminationGracePeriodSeconds: 1
          containers: [{name: app, image: {{{image}}}}]
        """);

    /// <summary>Waits until the program in the pod answers or writes.</summary>
    public string Log() => place.Kubectl("logs", Pod);

    /// <summary>A word that only this run of a counting program knows, and how far it has counted.</summary>
    public (string Word, int Number) Counted() => Eventually.Found(
        () => Log().Split('\n', StringSplitOptions.RemoveEmptyEntries) is { Length: > 0 } lines && lines[^1].Split(' ') is [var word, var number]
            ? Tuple.Create(word, int.Parse(number, CultureInfo.InvariantCulture)) : null,
        $"{Pod} counts").ToValueTuple();

    public string AskRedis(params string[] command) => place.Kubectl(["exec", Pod, "--", "redis-cli", .. command]).TrimEnd('\n');

    /// <summary>Waits until the container runs and is ready.</summary>
    public void WaitUntilItRuns() => place.Kubectl("wait", $"pod/{Pod}", "--for=condition=Ready", "--timeout=60s");

    /// <summary>Makes a checkpoint image.</summary>
    /// <returns>The PodCheckpoint, which is Ready.</returns>
    public JsonNode Save(params string[] more)
    {
        string checkpoint = place.Crik(["checkpoint", Pod, "--to-image", "--repository", Repository, "--output", "name", .. more]).Trim();
        return Checkpoint(checkpoint[(checkpoint.IndexOf('/', StringComparison.Ordinal) + 1)..]);
    }

    public JsonNode Checkpoint(string checkpoint) => place.Api.Read(place.PathOf("apis/crik.dev/v1alpha1", $"podcheckpoints/{checkpoint}"));

    /// <summary>Makes a new pod of a checkpoint, and waits until it runs.</summary>
    public void Restore(JsonNode checkpoint, string node, int round)
    {
        Pod = $"{name}-{round}";
        place.Crik("restore", (string)checkpoint["metadata"]!["name"]!, "--to", node, "--name", Pod);
        WaitUntilItRuns();
    }

    public void Delete() => place.Kubectl("delete", "pod", Pod, "--wait=false");

    public bool IsThere() => place.Api.Items(place.PathOf("api/v1", "pods")).Any(pod => (string)pod["metadata"]!["name"]! == Pod && pod["metadata"]!["deletionTimestamp"] is null);
}
