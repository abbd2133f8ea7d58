using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Crik.Contracts.Conditions;
using Crik.Contracts.PodCheckpoints;
using Crik.Pods.Reading;

namespace Crik.Pods.Restoring;

/// <summary>Reads from a PodCheckpoint what a restore needs.</summary>
public static class SavedPod
{
    /// <summary>Whether all was done that the checkpoint asks for.</summary>
    public static bool IsComplete(PodCheckpointDocument checkpoint) => checkpoint.Status?.Conditions.IsTrue(PodCheckpointConditions.Ready) is true;

    /// <summary>
    /// The checkpoint images, by the names of their containers. CRI-O cannot decrypt an image that is named by its digest. Its tag has the
    /// UID of the object, so only somebody who may push to the repository can give it to another image.
    /// </summary>
    public static IReadOnlyDictionary<string, string> Images(PodCheckpointDocument checkpoint)
    {
        Dictionary<string, string> images = new(StringComparer.Ordinal);
        foreach (ContainerCheckpoint container in checkpoint.Status?.Containers ?? [])
        {
            if (container is { Name: { } name, Image: { Length: > 0 } image })
            {
                bool byTag = checkpoint.Spec?.EncryptionSecret is { Length: > 0 } && ContainerRuntime.Parse(container.Runtime)?.Name is ContainerRuntime.CriO;
                images[name] = byTag && container.Tag is { Length: > 0 } tag ? $"{image.Split('@')[0]}:{tag}" : image;
            }
        }

        return images;
    }

    /// <summary>Why no node can restore a pod from this checkpoint, as a sentence that names it. Null if one perhaps can.</summary>
    public static string? WhyNotUsable(PodCheckpointDocument checkpoint)
    {
        string name = $"The checkpoint {checkpoint.Metadata?.Name}";
        if (checkpoint.Metadata?.DeletionTimestamp is not null)
        {
            return $"{name} is being deleted, and its images with it.";
        }

        if (!IsComplete(checkpoint))
        {
            return checkpoint.Status?.Conditions.Find(PodCheckpointConditions.Stalled) is { Status: Condition.True } stalled
                ? $"{name} has failed: {stalled.Message}"
                : $"{name} is not complete yet. Wait until it is Ready.";
        }

        return Images(checkpoint).Count > 0 ? null
            : checkpoint.Status?.Engine == CheckpointEngines.Crik
                ? $"{name} was made by the crik in the pod, so it has no image: a pod with crik and the same volume continues from it by itself."
            : $"{name} has no image.";
    }

    /// <summary>
    /// The newest checkpoint whose memory is saved and whose image is still on its way. A pod that is deleted with its checkpoint has
    /// a successor before the image is there.
    /// </summary>
    public static PodCheckpointDocument? Coming(IEnumerable<PodCheckpointDocument> checkpoints) => checkpoints
        .Where(static one => one is { Metadata.DeletionTimestamp: null, Status: { CompletionTime: null, Engine: CheckpointEngines.Kubelet } status }
            && status.Conditions.IsTrue(PodCheckpointConditions.Saved) && !status.Conditions.IsTrue(PodCheckpointConditions.Stalled))
        .MaxBy(static one => one.Metadata?.CreationTimestamp);

    /// <summary>Whether both are of a pod with the same name, or of pods with the same controller.</summary>
    public static bool IsOfSamePod(PodCheckpointDocument one, PodCheckpointDocument other) => IsOf(other, one.Spec?.Pod, one.Status?.ControllerUid);

    /// <summary>Whether it is of a pod with this name, or of a pod with this controller.</summary>
    /// <param name="controller">The UID of the controller, or null.</param>
    public static bool IsOf(PodCheckpointDocument checkpoint, string? pod, string? controller) =>
        (pod is not null && pod == checkpoint.Spec?.Pod) || (controller is not null && controller == checkpoint.Status?.ControllerUid);

    /// <summary>
    /// Why no pod may be made from the one that the checkpoint has kept, as a sentence. Null if it may, or if none is kept. Users can
    /// write the annotation with the pod, and only the agent the status with its sum.
    /// </summary>
    public static string? WhyNotTrusted(PodCheckpointDocument checkpoint) => (TextOf(checkpoint), checkpoint.Status?.PodSha256) switch
    {
        (null, null) => null,
        (null, _) => $"Somebody has removed the pod that the checkpoint {checkpoint.Metadata?.Name} has kept (annotation {PodNames.SavedPodAnnotation}). "
            + "Make a new checkpoint.",
        (_, null) => $"No node agent vouches for the pod that the checkpoint {checkpoint.Metadata?.Name} has kept (status.podSHA256). Make a new checkpoint.",
        ({ } text, { } sum) => string.Equals(Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(text))), sum, StringComparison.OrdinalIgnoreCase) ? null
            : $"Somebody has changed the pod that the checkpoint {checkpoint.Metadata?.Name} has kept (annotation {PodNames.SavedPodAnnotation}). "
                + "Make a new checkpoint.",
    };

    /// <summary>The pod as it was when the checkpoint was accepted.</summary>
    /// <returns>Null if it was not kept, or if somebody has spoilt it.</returns>
    public static JsonObject? TemplateOf(PodCheckpointDocument checkpoint) =>
        TextOf(checkpoint) is { } text && WhyNotTrusted(checkpoint) is null
        && UntrustedJson.ParseObject(Encoding.UTF8.GetBytes(text)) is { } pod && pod.At("spec", "containers").Maps().Any() ? pod : null;

    private static string? TextOf(PodCheckpointDocument checkpoint) => checkpoint.Metadata?.Annotations?.GetValueOrDefault(PodNames.SavedPodAnnotation);
}
