using System.Text.Json.Nodes;
using Crik.Pods.Reading;

namespace Crik.Pods.Restoring;

/// <summary>The volume with the token of the pod's account. The API server adds it and its mounts to every pod, with another name each time.</summary>
internal static class TokenVolume
{
    public static void Remove(JsonObject spec)
    {
        HashSet<string> names = [.. Names("volumes").Where(static name => name.StartsWith("kube-api-access-", StringComparison.Ordinal))];
        RemoveFrom(spec["volumes"] as JsonArray);
        foreach (JsonObject container in spec.At("containers").Maps().Concat(spec.At("initContainers").Maps()))
        {
            RemoveFrom(container["volumeMounts"] as JsonArray);
        }

        IEnumerable<string> Names(string list) => spec.At(list).Maps().Select(static item => item.At("name").Text()).OfType<string>();

        void RemoveFrom(JsonArray? items)
        {
            foreach (JsonObject item in items.Maps().Where(item => names.Contains(item.At("name").Text() ?? "")).ToArray())
            {
                items!.Remove(item);
            }
        }
    }
}
