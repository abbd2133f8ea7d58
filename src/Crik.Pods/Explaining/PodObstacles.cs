using System.Text.Json.Nodes;
using Crik.Pods.Annotations;
using Crik.Pods.Planning;
using Crik.Pods.Reading;

namespace Crik.Pods.Explaining;

/// <summary>What the pod as a whole, its controller and its node put in the way.</summary>
internal static class PodObstacles
{
    /// <summary>CAP_CHECKPOINT_RESTORE exists since Linux 5.9 (capabilities(7)).</summary>
    private static readonly Version s_oldestKernel = new(5, 9);

    public static IEnumerable<Obstacle> Find(PodSurroundings surroundings, IReadOnlyList<TargetContainer> chosen) =>
        Spec(surroundings.Pod, chosen).Concat(GracePeriod(surroundings.Pod.Pod, chosen)).Concat(Controller(surroundings)).Concat(Node(surroundings.Node));

    private static IEnumerable<Obstacle> Spec(PodToInject pod, IReadOnlyList<TargetContainer> chosen)
    {
        JsonNode? spec = pod.Pod.At("spec");
        int others = spec.At("containers").Maps().Count() - chosen.Count;
        if (others > 0)
        {
            yield return new Obstacle(Severity.Note, "containers",
                $"{others} other container{(others == 1 ? "" : "s")} of the pod start{(others == 1 ? "s" : "")} afresh. Connections to the restored program are closed.",
                $"metadata: {{annotations: {{{PodAnnotations.Containers}: \"*\"}}}}   # saves all of them");
        }

        if (spec.At("hostNetwork").IsTrue())
        {
            yield return new Obstacle(Severity.Warning, "hostNetwork",
                "The program has the network of its node. On another node its addresses are others, and a port that it listens on may be taken.", "Remove hostNetwork: true.");
        }

        if (spec.At("hostIPC").IsTrue())
        {
            yield return new Obstacle(Severity.Problem, "hostIPC", "criu cannot save the shared memory of the node.", "Remove hostIPC: true.");
        }

        if (spec.At("hostUsers").IsFalse())
        {
            yield return new Obstacle(Severity.Note, "hostUsers", "The pod has a user namespace. Nodes and volume have to support that.", "docs/security.md#user-namespaces");
        }
        else
        {
            yield return new Obstacle(Severity.Note, "hostUsers",
                "The two capabilities count on the node. In a user namespace they would give no power over it.", "spec: {hostUsers: false}   # if nodes and volume support it");
        }
    }

    private static IEnumerable<Obstacle> GracePeriod(JsonObject pod, IReadOnlyList<TargetContainer> chosen)
    {
        long seconds = pod.At("spec", "terminationGracePeriodSeconds").Number() ?? 30;
        if (seconds < 10)
        {
            yield return new Obstacle(Severity.Problem, "grace period", $"The pod has {seconds} s to end. A checkpoint hardly fits into that.", "spec: {terminationGracePeriodSeconds: 120}");
        }
        else if (seconds <= 30)
        {
            yield return new Obstacle(Severity.Warning, "grace period",
                $"The pod has {seconds} s to end. A checkpoint that takes longer is given up. Measure one: kubectl crik checkpoint --leave-running.",
                "spec: {terminationGracePeriodSeconds: 120}   # and CRIK_GRACE_PERIOD: 120s");
        }

        foreach (TargetContainer container in chosen)
        {
            if (container.Variable("CRIK_GRACE_PERIOD").At("value").Text() is { } written && Durations.TryParse(written, out TimeSpan told)
                && Durations.ToSeconds(told) != seconds)
            {
                yield return new Obstacle(told.TotalSeconds > seconds ? Severity.Problem : Severity.Warning, "grace period",
                    $"crik in the container {container.Name} is told {written}, but the pod has {seconds} s.", $"spec: {{terminationGracePeriodSeconds: {Durations.ToSeconds(told)}}}");
            }
        }
    }

    private static IEnumerable<Obstacle> Controller(PodSurroundings surroundings)
    {
        if (surroundings.Pod.Controller is not { } owner)
        {
            yield return new Obstacle(Severity.Warning, "controller", "No controller makes this pod again when its node goes away.", "Use a StatefulSet, a Deployment or a Job.");
            yield break;
        }

        bool isOneNode = surroundings.Volumes.Any(volume => !volume.AccessModes.Contains("ReadWriteMany"));
        if (owner is { Kind: "Deployment", Concurrency: null or <= 1 } && owner.Strategy is not "Recreate" && isOneNode)
        {
            yield return new Obstacle(Severity.Problem, $"Deployment {owner.Name}",
                "With the strategy RollingUpdate the new pod starts before the old one has ended, and waits for its volume.", "spec: {strategy: {type: Recreate}}");
        }

        if (owner is { Kind: "Deployment", Concurrency: > 1 } && owner.Strategy is not "Recreate")
        {
            yield return new Obstacle(Severity.Note, $"Deployment {owner.Name}",
                "During a roll-out, a pod beyond the number of replicas finds no free slot, waits for lockTimeout and ends.",
                "spec: {strategy: {rollingUpdate: {maxSurge: 0, maxUnavailable: 1}}}");
        }

        if (owner is { Kind: "Job" } && surroundings.Pod.Pod.At("spec", "restartPolicy").Text() is "OnFailure")
        {
            yield return new Obstacle(Severity.Note, $"Job {owner.Name}",
                "A pod that ends with a checkpoint has the exit code 143, which counts as a failure.", "podFailurePolicy, as in examples/job.yaml; it needs restartPolicy: Never");
        }
    }

    private static IEnumerable<Obstacle> Node(NodeFacts? node)
    {
        if (node is null)
        {
            yield break;
        }

        if (node.Architecture is not ("amd64" or ""))
        {
            yield return new Obstacle(Severity.Problem, $"node {node.Name}", $"It is {node.Architecture}, and crik is built for amd64.", "spec: {nodeSelector: {kubernetes.io/arch: amd64}}");
        }

        if (Kernel(node.KernelVersion) is { } kernel && kernel < s_oldestKernel)
        {
            yield return new Obstacle(Severity.Problem, $"node {node.Name}",
                $"Its kernel {node.KernelVersion} has no CAP_CHECKPOINT_RESTORE. That exists since {s_oldestKernel}.", "Use newer nodes.");
        }

        if (node.Runtime is { } runtime && (runtime.Contains("gvisor", StringComparison.Ordinal) || runtime.Contains("kata", StringComparison.Ordinal)))
        {
            yield return new Obstacle(Severity.Warning, $"node {node.Name}", $"crik was not tried on {runtime}.");
        }
    }

    /// <summary>The first two numbers: `6.1` of `6.1.0-18-amd64`.</summary>
    private static Version? Kernel(string text) =>
        text.Split('.', '-', '+') is [var major, var minor, ..] && Version.TryParse($"{major}.{minor}", out Version? version) ? version : null;
}
