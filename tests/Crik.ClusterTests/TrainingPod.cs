using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Crik.ClusterTests;

/// <summary>A pod of examples/recipes/pytorch-job.yaml at one moment, with the losses that it has computed.</summary>
internal sealed partial record TrainingPod(string Name, string Node, (int Step, string Loss)[] Losses)
{
    public int First => Losses[0].Step;

    public int Last => Losses[^1].Step;

    /// <summary>Waits until a pod of another name than <paramref name="before"/> has computed a step.</summary>
    public static TrainingPod WaitForStep(TestNamespace place, int step, string before = "") => Eventually.Found(
        () => See(place, before) is { Losses: [.., (int last, _)] } pod && last >= step ? pod : null, $"step {step} after the pod '{before}'");

    private static TrainingPod? See(TestNamespace place, string before)
    {
        JsonNode? pod = new Workload(place, "training").Pods().SingleOrDefault(pod => (string?)pod["status"]!["phase"] == "Running");
        if (pod is null || (string)pod["metadata"]!["name"]! is not { } name || name == before)
        {
            return null;
        }

        string log = place.Api.Text(place.PathOf("api/v1", $"pods/{name}/log"));
        return new(name, (string)pod["spec"]!["nodeName"]!, [.. Line().Matches(log).Select(line => (int.Parse(line.Groups[1].ValueSpan, CultureInfo.InvariantCulture), line.Groups[2].Value))]);
    }

    [GeneratedRegex("^step ([0-9]+) loss (.+)$", RegexOptions.Multiline)]
    private static partial Regex Line();
}
