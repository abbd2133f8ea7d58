using Crik.Contracts.PodCheckpoints;

namespace Crik.NodeAgent.Steps;

/// <summary>Decides whether this agent begins to work on an object, and with which engine.</summary>
internal static class Acceptance
{
    private static readonly TimeSpan s_soon = TimeSpan.FromSeconds(1);

    public static CheckpointStep Decide(CheckpointFacts facts, CheckpointRequest request, AgentSettings settings)
    {
        if (facts.Pod is not { } pod || pod.Node != settings.Node)
        {
            return new CheckpointStep.Nothing(); // another agent does it, or the leader says that there is no such pod
        }

        if (OtherPod(facts.Object, pod) is { } other)
        {
            return other;
        }

        if (request.Containers.FirstOrDefault(name => pod.Containers.All(known => known.Name != name)) is { } unknown)
        {
            return new CheckpointStep.Fail(PodCheckpointReasons.ContainerNotFound,
                $"The pod {request.Pod} has no container '{unknown}'; it has {string.Join(", ", pod.Containers.Select(static known => known.Name))}.");
        }

        if (facts.CrikProblem is { } unasked)
        {
            return new CheckpointStep.Fail(PodCheckpointReasons.CrikNotAsked,
                $"Whether crik runs in the pod {request.Pod} could not be asked: {unasked.TrimEnd('.')}. "
                + "Create another object, with engine: kubelet if it has to be saved from outside.");
        }

        (string engine, IReadOnlyList<string> containers) = Engine(request, pod, facts.CrikAnswers);
        string[] idle = [.. pod.Containers.Where(known => containers.Contains(known.Name) && !known.IsRunning).Select(static known => known.Name)];
        if (pod.IsEnding || pod.Phase is not "Running" || idle.Length > 0)
        {
            bool mayStart = !pod.IsEnding && pod.Phase is "Pending" or "Running" && facts.Now - facts.Object.Metadata?.CreationTimestamp < CheckpointDecision.StartPatience;
            return mayStart ? new CheckpointStep.Wait(s_soon) : new CheckpointStep.Fail(PodCheckpointReasons.PodNotRunning, NotRunning(request, pod, idle));
        }

        return Problem(facts, request, settings, engine, containers) is { } problem ? problem : new CheckpointStep.Accept(engine, containers, engine is CheckpointEngines.Kubelet ? request.Repository : null);
    }

    /// <summary>An order can be older than the pod that has the name now.</summary>
    /// <returns>The failure, or null if it is the pod that was meant.</returns>
    public static CheckpointStep.Fail? OtherPod(PodCheckpointDocument item, PodView pod) =>
        item.Spec?.PodUid is { Length: > 0 } uid && uid != pod.Uid
            ? new CheckpointStep.Fail(PodCheckpointReasons.PodNotFound,
                $"The pod {item.Spec.Pod} with the UID {uid} is gone. The pod that has its name now is another one, and was left alone.")
            : null;

    /// <summary>Without names of containers, crik saves those that it runs, and the kubelet saves all.</summary>
    private static (string Engine, IReadOnlyList<string> Containers) Engine(CheckpointRequest request, PodView pod, IReadOnlyCollection<string> crikAnswers)
    {
        string[] all = [.. pod.Containers.Select(static container => container.Name)];
        string[] underCrik = [.. (request.Containers.Count > 0 ? request.Containers : all).Where(crikAnswers.Contains)];
        bool isCrik = request.Engine is CheckpointEngines.Crik
            || (request.Engine is CheckpointEngines.Auto && request.EncryptionSecret is null && underCrik.Length > 0
                && (request.Containers.Count == 0 || underCrik.Length == request.Containers.Count));
        return isCrik ? (CheckpointEngines.Crik, request.Containers.Count > 0 ? request.Containers : underCrik)
            : (CheckpointEngines.Kubelet, request.Containers.Count > 0 ? request.Containers : all);
    }

    private static CheckpointStep.Fail? Problem(
        CheckpointFacts facts, CheckpointRequest request, AgentSettings settings, string engine, IReadOnlyList<string> containers)
    {
        if (engine is CheckpointEngines.Crik)
        {
            string[] missing = [.. containers.Where(name => !facts.CrikAnswers.Contains(name))];
            return containers.Count > 0 && missing.Length == 0 ? null : new CheckpointStep.Fail(PodCheckpointReasons.CrikNotRunning,
                $"crik does not run in {(missing.Length > 0 ? string.Join(", ", missing) : "any container")} of the pod {request.Pod}. Set engine: kubelet, or inject crik.");
        }

        return request is { LeaveRunning: false, DeletePod: false } ? new CheckpointStep.Fail(PodCheckpointReasons.BadSpec,
                "The kubelet cannot end the program, so leaveRunning: false needs deletePod: true or a program that runs under crik.")
            : request.Repository is null ? new CheckpointStep.Fail(PodCheckpointReasons.NoRepository,
                "Nobody says where the image goes. Set spec.repository, or nodeAgent.repository in the values of the chart.")
            : facts.Object.Spec?.Repository is { Length: > 0 } named && !settings.Allows(named) ? new CheckpointStep.Fail(PodCheckpointReasons.BadSpec,
                $"The agent may not put images into '{named}'. Name a repository below {string.Join(" or ", settings.AllowedRepositories)}.")
            : facts.EncryptionProblem is { } problem ? new CheckpointStep.Fail(PodCheckpointReasons.BadEncryptionSecret, problem)
            : null;
    }

    private static string NotRunning(CheckpointRequest request, PodView pod, string[] idle) =>
        pod.IsEnding ? $"The pod {request.Pod} is being deleted."
        : pod.Phase is not "Running" ? $"The pod {request.Pod} does not run: its phase is {pod.Phase}."
        : $"The container {string.Join(" and ", idle)} of the pod {request.Pod} does not run.";
}
