using System.Text.Json.Nodes;

namespace Crik.Operator.Tests.Migrations.Simulation;

/// <summary>Applies a JSON merge patch as the API server does (RFC 7396).</summary>
internal static class MergePatch
{
    public static void Apply(JsonObject target, JsonObject patch)
    {
        foreach ((string key, JsonNode? value) in patch)
        {
            if (value is null)
            {
                target.Remove(key);
            }
            else if (value is JsonObject inner)
            {
                JsonObject below = target[key] as JsonObject ?? [];
                Apply(below, inner);
                if (below.Parent is null)
                {
                    target[key] = below;
                }
            }
            else
            {
                target[key] = value.DeepClone();
            }
        }
    }
}
