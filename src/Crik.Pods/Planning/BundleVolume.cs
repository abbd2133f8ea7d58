using System.Text.Json.Nodes;
using Crik.Pods.Reading;

namespace Crik.Pods.Planning;

/// <summary>The volume with crik and criu, and what fills it.</summary>
internal sealed record BundleVolume(string Image, BundleMode Mode)
{
    public JsonObject Volume() => Mode is BundleMode.ImageVolume
        ? new() { ["name"] = PodNames.BundleVolume, ["image"] = new JsonObject { ["reference"] = Image, ["pullPolicy"] = "IfNotPresent" } }
        : new() { ["name"] = PodNames.BundleVolume, ["emptyDir"] = new JsonObject { ["sizeLimit"] = "64Mi" } };

    /// <summary>
    /// Requests are equal to limits, so that a Guaranteed pod stays one. They add nothing to what the pod requests, unless
    /// all of its containers together request less.
    /// </summary>
    /// <param name="pod">
    /// Its security context may name a user. The copy has to be made by root, which is the user of the bundle's image: another
    /// one cannot give criu its file capabilities, and with `runAsNonRoot` the kubelet would not start the init container.
    /// </param>
    public JsonObject? InitContainer(JsonObject pod)
    {
        if (Mode is BundleMode.ImageVolume)
        {
            return null;
        }

        JsonObject container = new()
        {
            ["name"] = PodNames.BundleContainer,
            ["image"] = Image,
            ["imagePullPolicy"] = "IfNotPresent",
            ["command"] = new JsonArray(PodNames.CrikProgram, "install", PodNames.BundleCopyDirectory),
            ["resources"] = new JsonObject { ["requests"] = Resources(), ["limits"] = Resources() },
            ["volumeMounts"] = new JsonArray(new JsonObject { ["name"] = PodNames.BundleVolume, ["mountPath"] = PodNames.BundleCopyDirectory }),
        };
        JsonNode? context = pod.At("spec", "securityContext");
        if (context.At("runAsUser").Number() is > 0 || context.At("runAsNonRoot").IsTrue())
        {
            container["securityContext"] = new JsonObject { ["runAsUser"] = 0, ["runAsNonRoot"] = false };
        }

        return container;
    }

    private static JsonObject Resources() => new() { ["cpu"] = "100m", ["memory"] = "64Mi" };
}
