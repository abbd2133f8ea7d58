using System.Text;
using System.Text.Json.Nodes;
using Crik.Pods;

namespace Crik.Kubectl.Explain;

/// <summary>What is in the way of one pod.</summary>
/// <param name="Title">What was looked at, such as `pod/web-0`.</param>
/// <param name="Check">What `crik check` printed in the pod. Null if it was not asked.</param>
/// <param name="IsCheckGood">Whether `crik check` says that a checkpoint can work. Null if it was not asked.</param>
/// <param name="NotRead">What could not be looked at, and why, as sentences.</param>
internal sealed record Explanation(string Title, IReadOnlyList<Obstacle> Obstacles, string? Check, bool? IsCheckGood, IReadOnlyList<string> NotRead)
{
    public bool Survives => IsCheckGood is not false && !Obstacles.Any(static obstacle => obstacle.Severity is Severity.Problem);

    public string ToText()
    {
        StringBuilder text = new($"{Title}: {Verdict}\n");
        foreach (Obstacle obstacle in Obstacles)
        {
            text.Append($"  {obstacle.Severity.ToString().ToLowerInvariant(),-8} {obstacle.Subject}: {obstacle.Sentence}\n");
            foreach (string line in obstacle.Remedy?.Split('\n') ?? [])
            {
                text.Append($"           {line}\n");
            }
        }

        if (Check is not null)
        {
            text.Append("  crik check in the pod:\n");
            foreach (string line in Check.TrimEnd().Split('\n'))
            {
                text.Append($"    {line}\n");
            }
        }

        foreach (string missing in NotRead)
        {
            text.Append($"  not read: {missing}\n");
        }

        return text.ToString();
    }

    public JsonObject ToJson() => new()
    {
        ["name"] = Title,
        ["survives"] = Survives,
        ["obstacles"] = new JsonArray([.. Obstacles.Select(static obstacle => (JsonNode)new JsonObject
        {
            ["severity"] = obstacle.Severity.ToString(),
            ["subject"] = obstacle.Subject,
            ["sentence"] = obstacle.Sentence,
            ["remedy"] = obstacle.Remedy,
        })]),
        ["check"] = Check,
        ["notRead"] = new JsonArray([.. NotRead.Select(static missing => (JsonNode)missing)]),
    };

    private string Verdict =>
        !Survives ? "would not survive its node"
        : NotRead.Count > 0 ? "nothing that was read prevents it from surviving its node"
        : "would survive its node";
}
