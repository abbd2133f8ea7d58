using System.Text.Json.Nodes;
using Crik.Pods.Annotations;
using Crik.Pods.Planning;
using Crik.Pods.Reading;
using Crik.Registry;

namespace Crik.Pods;

/// <summary>
/// Says what has to change in a pod so that its program survives its node. The webhook and `kubectl crik inject` use the
/// same rules. The rules are pure: they ask nobody and change nothing.
/// </summary>
public static class Injector
{
    /// <summary>Whether the labels ask for injection. `false` on the pod wins over the namespace.</summary>
    public static bool IsAskedFor(JsonObject pod, NamespaceFacts space) => !PodShape.IsUnreadable(pod)
        && (pod.At("metadata", "labels", PodNames.InjectLabel).Text() ?? space.Labels.GetValueOrDefault(PodNames.InjectLabel)) is "true";

    /// <summary>The names of the chosen containers whose command is in their image.</summary>
    /// <returns>Empty also for a pod that is skipped anyway.</returns>
    public static IReadOnlyList<string> ContainersWhoseImageIsNeeded(PodToInject pod)
    {
        bool isSkipped = PodShape.Problem(pod.Pod) is not null || IsInjected(pod.Pod) || Refusals.Of(pod) is not null;
        return isSkipped || AnnotationsOf(pod.Pod, out InjectionRequest request) is not null
            || TargetContainers.Choose(pod.Pod, request, out IReadOnlyList<TargetContainer> chosen) is not null
            ? [] : [.. chosen.Where(container => container.Command.Count == 0).Select(container => container.Name)];
    }

    /// <param name="imagesByContainer">
    /// The configurations of the images of <see cref="ContainersWhoseImageIsNeeded"/>, by the name of the container. What
    /// could not be read is left out.
    /// </param>
    public static InjectionPlan Plan(PodToInject pod, InjectionSettings settings, IReadOnlyDictionary<string, ImageConfiguration> imagesByContainer)
    {
        if (PodShape.Problem(pod.Pod) is { } malformed)
        {
            return new InjectionPlan.Skipped(SkipReasons.MalformedPod, malformed);
        }

        if (IsInjected(pod.Pod))
        {
            return new InjectionPlan.AlreadyInjected();
        }

        if (Refusals.Of(pod) is { } refusal)
        {
            return refusal;
        }

        if (AnnotationsOf(pod.Pod, out InjectionRequest request) is { } problem)
        {
            return new InjectionPlan.Skipped(SkipReasons.BadAnnotation, problem);
        }

        if (TargetContainers.Choose(pod.Pod, request, out IReadOnlyList<TargetContainer> chosen) is { } missing)
        {
            return new InjectionPlan.Skipped(SkipReasons.NoSuchContainer, $"The annotation {PodAnnotations.Containers} names {missing}, which is no container of the pod.");
        }

        return new PodInjection(pod, settings, request).Plan(chosen, imagesByContainer);
    }

    /// <summary>What puts the reason into the annotations of a pod that stays as it is otherwise.</summary>
    public static IReadOnlyList<PodChange> NoteOf(JsonObject pod, InjectionPlan.Skipped skipped) => SkipNote.Of(pod, skipped);

    internal static bool IsInjected(JsonObject pod) => pod.At("metadata", "annotations", PodNames.InjectedAnnotation) is not null;

    private static string? AnnotationsOf(JsonObject pod, out InjectionRequest request) =>
        AnnotationReader.Read(pod.At("metadata", "annotations").TextMap(), out request);
}
