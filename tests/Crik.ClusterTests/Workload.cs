using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Crik.ClusterTests;

/// <summary>A workload with one pod, whose program counts in its log: "count 1", "count 2".</summary>
internal sealed partial class Workload(TestNamespace place, string name)
{
    public string Name { get; } = name;

    /// <summary>The pods, without those that are being deleted.</summary>
    public IEnumerable<JsonNode> Pods() => place.Api.Items(place.PathOf("api/v1", "pods"))
        .Where(pod => ((string)pod["metadata"]!["name"]!).StartsWith($"{Name}-", StringComparison.Ordinal) && pod["metadata"]!["deletionTimestamp"] is null);

    public static int[] NumbersIn(string log) => [.. Number().Matches(log).Select(match => int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture))];

    public PodSighting WaitForCount(int number) => Wait(sighting => sighting.Last >= number, $"it has counted to {number}");

    /// <summary>Waits until the program counts in another pod.</summary>
    public PodSighting WaitForSuccessorOf(PodSighting before) => Wait(sighting => sighting.Uid != before.Uid, $"a pod after {before.Name} counts");

    public void Delete(PodSighting pod) => place.Kubectl("delete", "pod", pod.Name, "--wait=false");

    private PodSighting Wait(Func<PodSighting, bool> so, string what) => Eventually.Found(() => See() is { } sighting && so(sighting) ? sighting : null, $"{Name}: {what}");

    private PodSighting? See()
    {
        JsonNode? pod = Pods().SingleOrDefault(pod => (string?)pod["status"]!["phase"] == "Running");
        if (pod is null)
        {
            return null;
        }

        string name = (string)pod["metadata"]!["name"]!;
        string log = place.Api.Text(place.PathOf("api/v1", $"pods/{name}/log"));
        int[] numbers = NumbersIn(log);
        return numbers.Length == 0 ? null : new PodSighting(name, (string)pod["metadata"]!["uid"]!, (string)pod["spec"]!["nodeName"]!, log, numbers);
    }

    [GeneratedRegex("^[a-z]+ ([0-9]+)$", RegexOptions.Multiline)]
    private static partial Regex Number();
}
