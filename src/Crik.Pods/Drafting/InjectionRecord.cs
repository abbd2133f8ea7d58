using System.Text;
using System.Text.Json.Nodes;
using Crik.Pods.Reading;

namespace Crik.Pods.Drafting;

/// <summary>The value of the annotation `crik.dev/injected`: what injection did, so that it can be undone.</summary>
internal sealed record InjectionRecord(IReadOnlyList<Undo> Steps)
{
    /// <summary>The version of the rules. A version that reads an annotation must know all older ones.</summary>
    private const int Version = 1;

    public string ToText() => new JsonObject
    {
        ["version"] = Version,
        ["undo"] = new JsonArray([.. Steps.Select(step => step.ToJson())]),
    }.ToJsonString();

    /// <returns>What is wrong with the text, or null.</returns>
    public static string? Read(string text, out InjectionRecord record)
    {
        record = new InjectionRecord([]);
        JsonObject? root = UntrustedJson.ParseObject(Encoding.UTF8.GetBytes(text));
        if (root.At("version").Number() is not { } version || root.At("undo") is not JsonArray steps)
        {
            return $"The annotation {PodNames.InjectedAnnotation} is not what crik wrote. Undo the injection by hand.";
        }

        List<Undo> known = [.. steps.Select(Undo.Parse).OfType<Undo>()];
        if (version > Version || known.Count < steps.Count || known.Any(step => !step.Selector.StartsWith('/')))
        {
            return $"The annotation {PodNames.InjectedAnnotation} has version {version}, and this program knows versions up to {Version}. Use a newer crik.";
        }

        record = new InjectionRecord(known);
        return null;
    }
}
