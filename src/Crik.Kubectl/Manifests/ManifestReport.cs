using System.Text;
using Crik.Kubectl.Output;
using Crik.Kubectl.Yaml;
using Crik.Pods;

namespace Crik.Kubectl.Manifests;

/// <summary>What was done to one object of a manifest.</summary>
/// <param name="Outcome">A word and, after a colon, a sentence: `injected`, `skipped (DaemonSet): …`.</param>
/// <param name="IsProblem">Whether it was to be changed and could not.</param>
internal sealed record ManifestReport(string Title, string Outcome, IReadOnlyList<PodChange> Changes, bool IsProblem = false)
{
    private const int LongestValue = 100;

    public string Line => $"{Title}: {Outcome}\n";

    /// <summary>All changes, each with its reason.</summary>
    public string Details()
    {
        StringBuilder text = new(Line);
        foreach (PodChange change in Changes)
        {
            string value = change.Kind is ChangeKind.Remove ? "" : $" {Words.Cut(YamlWriter.Json(change.Value), LongestValue)}";
            text.Append($"  {Sign(change.Kind)} {change.Path}{value}\n      {change.Reason}\n");
        }

        return text.ToString();
    }

    private static string Sign(ChangeKind kind) => kind switch { ChangeKind.Add => "add", ChangeKind.Replace => "replace", _ => "remove" };
}
