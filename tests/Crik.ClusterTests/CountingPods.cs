using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Crik.ClusterTests;

/// <summary>The pods of a namespace, in each of which a program counts in its log, under a name that it gave itself when it was started afresh.</summary>
/// <param name="selector">Which of them. Null: all.</param>
internal sealed partial class CountingPods(TestNamespace place, string? selector = null)
{
    /// <summary>The pods that are not being deleted, with programs that have written something.</summary>
    /// <exception cref="TimeoutException">There are never so many of them, and no others.</exception>
    public CountingPod[] WaitFor(int count, Func<CountingPod, bool> so) => Eventually.Found(
        () =>
        {
            JsonNode[] pods = [.. Staying()];
            CountingPod[] counting = [.. pods.Where(pod => (string?)pod["status"]!["phase"] == "Running").Select(See).OfType<CountingPod>()];
            return pods.Length == count && counting.Length == count && counting.All(so) ? counting : null;
        },
        $"{count} pods count");

    /// <summary>The pods that are not being deleted and have not ended. A Job keeps those that failed because their node was killed.</summary>
    public IEnumerable<JsonNode> Staying() => place.Api.Items(place.PathOf("api/v1", selector is null ? "pods" : $"pods?labelSelector={Uri.EscapeDataString(selector)}"))
        .Where(static pod => pod["metadata"]!["deletionTimestamp"] is null && (string)pod["status"]!["phase"]! is not ("Failed" or "Succeeded"));

    private CountingPod? See(JsonNode pod)
    {
        string name = (string)pod["metadata"]!["name"]!;
        (string Word, int Number)[] lines = Numbers(place.Api.Text(place.PathOf("api/v1", $"pods/{name}/log")));
        return lines.Length == 0 ? null : new CountingPod(name, (string)pod["metadata"]!["uid"]!, (string)pod["spec"]!["nodeName"]!, lines[0].Word, lines[0].Number);
    }

    private static (string Word, int Number)[] Numbers(string log) =>
        [.. Line().Matches(log).Select(line => (line.Groups[1].Value, int.Parse(line.Groups[2].ValueSpan, CultureInfo.InvariantCulture)))];

    [GeneratedRegex("^([a-z]{8}) ([0-9]+)$", RegexOptions.Multiline)]
    private static partial Regex Line();
}
