using System.Text;
using System.Text.Json.Nodes;
using Crik.Pods.Annotations;
using Crik.Pods.Drafting;
using Crik.Pods.Reading;
using Crik.Registry;

namespace Crik.Pods.Planning;

/// <summary>Makes the plan for a pod that nothing refuses.</summary>
internal sealed class PodInjection(PodToInject pod, InjectionSettings settings, InjectionRequest request)
{
    /// <summary>Kubernetes' default of terminationGracePeriodSeconds. The API server writes it into every pod that names none.</summary>
    private static readonly TimeSpan s_usualGracePeriod = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Kubernetes refuses a pod with annotations above 256 KiB (TotalAnnotationSizeLimitB in k8s.io/apimachinery). Some are
    /// left for those that come later, such as the one with the claim.
    /// </summary>
    private const int LargestAnnotations = 252 << 10;

    private readonly PodDraft _draft = new(pod.Pod);

    public InjectionPlan Plan(IReadOnlyList<TargetContainer> chosen, IReadOnlyDictionary<string, ImageConfiguration> images)
    {
        if (Commands(chosen, images, out List<WrappedCommand> commands) is { } unknown)
        {
            return unknown;
        }

        if (CheckpointPlace.Of(pod, request) is not { } place)
        {
            return new InjectionPlan.Skipped(SkipReasons.NoIdentity, NoIdentity());
        }

        List<ImageDirectory> directories = [.. chosen.Select(container => ImageDirectory.Of(container, place, chosen.Count > 1, request))];
        bool needsBundle = commands.Exists(command => command.Command is not null);
        bool needsClaim = directories.Exists(directory => directory.Mount is not null);
        if (NameTaken(chosen, commands, needsBundle, needsClaim, out bool hasVolume) is { } taken)
        {
            return new InjectionPlan.Skipped(SkipReasons.NameTaken, taken);
        }

        for (int i = 0; i < chosen.Count; i++)
        {
            ChangeContainer(chosen[i], commands[i], directories[i], place);
        }

        if (needsClaim && !hasVolume && !place.IsTemplate)
        {
            AddClaimVolume(place);
        }

        if (needsClaim && !hasVolume && !place.Exists)
        {
            VolumeGroup.Set(_draft, pod.Pod, chosen, images);
        }

        if (needsBundle)
        {
            AddBundle();
        }

        SetGracePeriod();
        _draft.Finish();
        if (SizeOfAnnotations() > LargestAnnotations)
        {
            return new InjectionPlan.Skipped(SkipReasons.TooLarge, "The command is so long that the annotations of the pod, which may have 256 KiB, cannot record it. "
                + "Put it into a file of the image or of a ConfigMap.");
        }

        return new InjectionPlan.Injected(_draft.Changes, needsClaim && !hasVolume && !place.Exists ? Claim(place) : null);
    }

    private static InjectionPlan.Skipped? Commands(
        IReadOnlyList<TargetContainer> chosen, IReadOnlyDictionary<string, ImageConfiguration> images, out List<WrappedCommand> commands)
    {
        commands = [];
        foreach (TargetContainer container in chosen)
        {
            ImageConfiguration? image = images.GetValueOrDefault(container.Name);
            if (container.Command.Count == 0 && image is null)
            {
                return new(SkipReasons.CommandUnknown, $"The container {container.Name} has no command, and the image {container.Json.At("image").Text()} "
                    + $"could not be asked for its own. Write the command into the pod: spec.containers[{container.Index}].command.");
            }

            if (WrappedCommand.Of(container, image) is not { } command)
            {
                return new(SkipReasons.NoCommand, $"Neither the container {container.Name} nor its image names a program. Write a command into the pod.");
            }

            commands.Add(command);
        }

        return null;
    }

    private string NoIdentity() => pod.Controller is { Kind: "CronJob" }
        ? $"Each run of the CronJob {pod.Controller.Name} is a Job of its own, which a manifest cannot name. Put the label {PodNames.InjectLabel}: "
            + $"\"true\" into the pod template: the webhook makes a claim for each Job. Or name a claim with {PodAnnotations.Claim}."
        : $"The pod has no name yet, and {(pod.Controller is { } owner ? $"a {owner.Kind}" : "no controller")} says nothing about which pod takes its place. "
            + $"Name a claim with {PodAnnotations.Claim}.";

    /// <returns>A sentence about a volume or directory that is used for something else, or null.</returns>
    private string? NameTaken(IReadOnlyList<TargetContainer> chosen, List<WrappedCommand> commands, bool needsBundle, bool needsClaim, out bool hasVolume)
    {
        JsonObject? volume = Volume(PodNames.CheckpointsVolume);
        hasVolume = volume.At("persistentVolumeClaim") is not null;
        if (needsClaim && volume is not null && !hasVolume)
        {
            return $"The volume {PodNames.CheckpointsVolume} of the pod is no PersistentVolumeClaim, so it does not outlive the pod. Rename it, or make it one.";
        }

        if (needsClaim && hasVolume && request.Claim is { } claim && volume.At("persistentVolumeClaim", "claimName").Text() != claim)
        {
            return $"The annotation {PodAnnotations.Claim} names {claim}, but the volume {PodNames.CheckpointsVolume} of the pod is another claim. Remove one of them.";
        }

        if (needsBundle && (Volume(PodNames.BundleVolume) is not null || InitContainer(PodNames.BundleContainer)))
        {
            return $"The pod has a volume or an init container {PodNames.BundleVolume} already. Rename it.";
        }

        TargetContainer? user = chosen.Where((_, i) => commands[i].Command is not null)
            .FirstOrDefault(container => container.Json.At("volumeMounts").Maps().Any(mount => mount.At("mountPath").Text()?.TrimEnd('/') is PodNames.BundleDirectory));
        return user is null ? null : $"The container {user.Name} has something else at {PodNames.BundleDirectory}, where crik has to be. Move it.";
    }

    private JsonObject? Volume(string name) => pod.Pod.At("spec", "volumes").Maps().FirstOrDefault(volume => volume.At("name").Text() == name);

    private bool InitContainer(string name) => pod.Pod.At("spec", "initContainers").Maps().Any(container => container.At("name").Text() == name);

    private void ChangeContainer(TargetContainer container, WrappedCommand command, ImageDirectory directory, CheckpointPlace place)
    {
        ContainerInjection changes = new(_draft, container, directory.Path);
        changes.Wrap(command);
        changes.AddVariables(place, settings, request, GracePeriod());
        changes.AddPrivileges();
        if (directory.Mount is { } mount)
        {
            changes.MountCheckpoints(mount);
        }

        if (command.Command is not null)
        {
            changes.MountBundle();
        }
    }

    private void AddClaimVolume(CheckpointPlace place) => _draft.Append(PodPath.Root, ["spec", "volumes"], new JsonObject
    {
        ["name"] = PodNames.CheckpointsVolume,
        ["persistentVolumeClaim"] = new JsonObject { ["claimName"] = place.Claim },
    }, "name", place.Exists ? $"The annotation {PodAnnotations.Claim} names it." : "It outlives the pod, and the pod that takes its place gets the same one.");

    private void AddBundle()
    {
        BundleVolume bundle = new(settings.BundleImage, Mode());
        _draft.Append(PodPath.Root, ["spec", "volumes"], bundle.Volume(), "name", "It contains crik and criu, with everything that they load.");
        if (bundle.InitContainer(pod.Pod) is { } container)
        {
            _draft.Append(PodPath.Root, ["spec", "initContainers"], container, "name", "It copies crik and criu into the volume.");
        }
    }

    private void SetGracePeriod()
    {
        long seconds = Durations.ToSeconds(GracePeriod());
        if (pod.Pod.At("spec", "terminationGracePeriodSeconds").Number() != seconds)
        {
            _draft.Set(PodPath.Root, ["spec", "terminationGracePeriodSeconds"], seconds, "A checkpoint needs time between SIGTERM and SIGKILL.");
        }
    }

    private TimeSpan GracePeriod() => request.GracePeriod
        ?? (pod.Pod.At("spec", "terminationGracePeriodSeconds").Number() is { } own && own > s_usualGracePeriod.TotalSeconds && own < int.MaxValue
            ? TimeSpan.FromSeconds(own) : settings.GracePeriod);

    private int SizeOfAnnotations() =>
        _draft.Pod.At("metadata", "annotations").TextMap().Sum(entry => Encoding.UTF8.GetByteCount(entry.Key) + Encoding.UTF8.GetByteCount(entry.Value));

    private BundleMode Mode() => request.Bundle ?? settings.Mode;

    private ClaimRequest Claim(CheckpointPlace place) => new(
        place.Claim,
        request.AccessMode ?? settings.AccessMode ?? (place.IsShared ? "ReadWriteMany" : "ReadWriteOnce"),
        request.StorageSize ?? settings.StorageSize,
        request.StorageClass ?? settings.StorageClass,
        place.IsTemplate);
}
