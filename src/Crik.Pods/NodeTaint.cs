using System.Text.Json.Nodes;
using Crik.Pods.Reading;

namespace Crik.Pods;

/// <summary>What keeps pods away from a node, unless they tolerate it.</summary>
/// <param name="Effect">`NoSchedule`, `PreferNoSchedule` or `NoExecute`.</param>
public sealed record NodeTaint(string Key, string Value, string Effect)
{
    internal static NodeTaint Of(JsonObject taint) =>
        new(taint.At("key").Text() ?? "", taint.At("value").Text() ?? "", taint.At("effect").Text() ?? "");

    public override string ToString() => $"{Key}{(Value.Length > 0 ? "=" : "")}{Value}:{Effect}";
}
