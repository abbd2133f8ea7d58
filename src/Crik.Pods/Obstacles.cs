using System.Text.Json.Nodes;
using Crik.Pods.Annotations;
using Crik.Pods.Explaining;
using Crik.Pods.Planning;
using Crik.Pods.Reading;

namespace Crik.Pods;

/// <summary>Says what is in the way of a pod that shall survive its node. The rules ask nobody and never throw.</summary>
public static class Obstacles
{
    /// <returns>The worst first.</returns>
    public static IReadOnlyList<Obstacle> Find(PodSurroundings surroundings)
    {
        JsonObject pod = surroundings.Pod.Pod;
        if (PodShape.Problem(pod) is { } malformed)
        {
            return [new Obstacle(Severity.Problem, "pod", malformed)];
        }

        List<Obstacle> found = [];
        if (Refusals.Of(surroundings.Pod) is { } refusal)
        {
            found.Add(new Obstacle(Severity.Problem, "pod", $"{refusal.Message} ({refusal.Reason})"));
        }

        string? problem = AnnotationReader.Read(pod.At("metadata", "annotations").TextMap(), out InjectionRequest request);
        if (problem is not null)
        {
            found.Add(new Obstacle(Severity.Problem, "annotations", problem));
        }

        if (TargetContainers.Choose(pod, request, out IReadOnlyList<TargetContainer> chosen) is { } missing)
        {
            found.Add(new Obstacle(Severity.Problem, "containers", $"The annotation {PodAnnotations.Containers} names {missing}, which is no container of the pod."));
        }

        found.AddRange(PodObstacles.Find(surroundings, chosen));
        foreach (TargetContainer container in chosen)
        {
            found.AddRange(PrivilegeObstacles.Find(pod, container));
            found.AddRange(ProgramObstacles.Find(container));
            found.AddRange(VolumeObstacles.Find(surroundings, container));
        }

        return [.. found.DistinctBy(obstacle => (obstacle.Subject, obstacle.Sentence)).OrderByDescending(obstacle => obstacle.Severity)];
    }
}
