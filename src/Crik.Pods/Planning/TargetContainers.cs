using System.Text.Json.Nodes;
using Crik.Pods.Annotations;
using Crik.Pods.Reading;

namespace Crik.Pods.Planning;

/// <summary>Says which containers of a pod are wrapped.</summary>
internal static class TargetContainers
{
    /// <returns>The name of a container that is asked for and does not exist, or null.</returns>
    public static string? Choose(JsonObject pod, InjectionRequest request, out IReadOnlyList<TargetContainer> chosen)
    {
        List<TargetContainer> all = [.. pod.At("spec", "containers").Maps().Select((json, index) => new TargetContainer(index, json))];
        if (request.AllContainers)
        {
            chosen = all;
            return null;
        }

        if (request.Containers.Count > 0)
        {
            chosen = [.. all.Where(container => request.Containers.Contains(container.Name))];
            return request.Containers.FirstOrDefault(name => all.TrueForAll(container => container.Name != name));
        }

        // kubectl takes the first container when the annotation names one that does not exist.
        string? preferred = pod.At("metadata", "annotations", PodAnnotations.DefaultContainer).Text();
        chosen = [all.Find(container => container.Name == preferred) ?? all[0]];
        return null;
    }
}
