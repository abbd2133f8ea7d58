using Crik.Kubernetes.Api;
using Crik.Kubernetes.Exec;
using Crik.Kubernetes.Resources;
using Crik.Operator.Migrations.Deciding;
using Crik.Operator.Migrations.Work;
using Crik.Pods;

namespace Crik.Operator.Migrations.Cluster;

/// <summary>Gives orders to the criks in a pod, by commands that the API server runs there.</summary>
internal sealed class CriksInPods(PodExec exec) : ICriks
{
    /// <summary>How long crik may take to answer.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    public async Task<IReadOnlyList<CrikState>?> ReadAsync(ObjectName pod, IReadOnlyList<string> containers, CancellationToken cancellationToken)
    {
        List<CrikState> states = [];
        foreach (string container in containers)
        {
            try
            {
                if (await Program(pod, container).CaptureAsync(["status", "-o", "json"], cancellationToken) is not { ExitCode: 0 } answer
                    || CrikState.Read(container, answer.Output) is not { } state)
                {
                    return null;
                }

                states.Add(state);
            }
            catch (KubernetesException problem) when (problem.Failure is not KubernetesFailure.NoAnswer)
            {
                return null; // the container is starting again, or has ended
            }
        }

        return states;
    }

    public async Task<string?> OrderAsync(ObjectName pod, string container, bool isWanted, CancellationToken cancellationToken)
    {
        string[] order = isWanted ? ["checkpoint", "--at-termination"] : ["checkpoint", "--at-termination", "--undo"];
        try
        {
            return await Program(pod, container).CaptureAsync(order, cancellationToken) is not { } answer ? "It has no crik."
                : answer.ExitCode == 0 ? null : $"crik refuses: {ProgramText.LastLine(answer.Error)}";
        }
        catch (KubernetesException problem) when (problem.Failure is not KubernetesFailure.NoAnswer)
        {
            return $"crik cannot be asked: {problem.Message}";
        }
    }

    private ContainerProgram Program(ObjectName pod, string container) =>
        new(exec, new ExecRequest(pod.Namespace!, pod.Name, container, []) { Timeout = s_patience }, PodNames.CrikPrograms);
}
