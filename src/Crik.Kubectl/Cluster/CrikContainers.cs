using System.Text.Json.Nodes;
using CrikSigns = Crik.Pods.Reading.CrikSigns;

namespace Crik.Kubectl.Cluster;

/// <summary>Says which containers of a pod run under crik, as far as the pod shows it.</summary>
internal static class CrikContainers
{
    /// <summary>The containers, the first one first. Empty for a pod that shows nothing of crik.</summary>
    public static IReadOnlyList<string> Of(JsonObject pod) =>
        [.. pod.Objects("spec", "containers").Where(CrikSigns.IsUnderCrik).Select(static container => container.Text("name")).OfType<string>()];

    /// <summary>The container that is meant when none is named.</summary>
    public static string? Default(JsonObject pod)
    {
        string? annotated = pod.Text("metadata", "annotations", "kubectl.kubernetes.io/default-container");
        IReadOnlyList<string> underCrik = Of(pod);
        return underCrik.Count > 0 ? underCrik.Contains(annotated) ? annotated : underCrik[0]
            : annotated ?? pod.Objects("spec", "containers").FirstOrDefault().Text("name");
    }

    /// <summary>The words of the program, without those of crik. Null where the image has them.</summary>
    public static string? ProgramOf(JsonObject pod, string container)
    {
        JsonObject? found = pod.Objects("spec", "containers").FirstOrDefault(item => item.Text("name") == container);
        string[] words = [.. found.Texts("command"), .. found.Texts("args")];
        int crik = Array.FindIndex(words, CrikSigns.IsCrik);
        int dashes = crik < 0 ? -1 : Array.IndexOf(words, "--", crik);
        string[] program = dashes >= 0 ? words[(dashes + 1)..] : crik < 0 ? words : words[(crik + 1)..] is ["run", .. var rest] ? rest : [];
        return program.Length > 0 ? string.Join(' ', program) : null;
    }
}
