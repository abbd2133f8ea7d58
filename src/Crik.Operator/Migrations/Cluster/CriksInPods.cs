using System.Net;
using Crik.Kubernetes.Api;
using Crik.Kubernetes.Exec;
using Crik.Kubernetes.Resources;
using Crik.Operator.Migrations.Deciding;
using Crik.Operator.Migrations.Work;
using Crik.Pods;

namespace Crik.Operator.Migrations.Cluster;

/// <summary>
/// Gives orders to the criks in a pod, by commands that the API server runs there. A pod that did not answer in time is left alone
/// for a while: otherwise each look at a dead node would hold up all other moves.
/// </summary>
internal sealed class CriksInPods(PodExec exec, TimeProvider clock) : ICriks
{
    /// <summary>How long a look that finds silence keeps the pod from being asked again.</summary>
    private static readonly TimeSpan s_silence = TimeSpan.FromSeconds(20);

    private readonly Dictionary<ObjectName, DateTimeOffset> _silentUntil = [];

    /// <summary>How long crik may take to answer.</summary>
    internal TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(5);

    public async Task<IReadOnlyList<CrikState>?> ReadAsync(ObjectName pod, IReadOnlyList<string> containers, CancellationToken cancellationToken)
    {
        List<CrikState> states = [];
        foreach (string container in containers)
        {
            if (IsSilent(pod))
            {
                return null;
            }

            try
            {
                if (await Program(pod, container).CaptureAsync(["status", "-o", "json"], cancellationToken) is not { ExitCode: 0 } answer
                    || CrikState.Read(container, answer.Output) is not { } state)
                {
                    return null;
                }

                states.Add(state);
            }
            catch (KubernetesException problem)
            {
                Note(pod, problem);
                return null; // the container is starting again or has ended, or its node is dead
            }
        }

        return states;
    }

    public async Task<OrderAnswer> OrderAsync(ObjectName pod, string container, bool isWanted, CancellationToken cancellationToken)
    {
        string[] order = isWanted ? ["checkpoint", "--at-termination"] : ["checkpoint", "--at-termination", "--undo"];
        if (IsSilent(pod))
        {
            return new OrderAnswer.Unknown();
        }

        try
        {
            return await Program(pod, container).CaptureAsync(order, cancellationToken) is not { } answer ? new OrderAnswer.Refused("It has no crik.")
                : answer.ExitCode == 0 ? new OrderAnswer.Done() : new OrderAnswer.Refused($"crik refuses: {ProgramText.LastLine(answer.Error)}");
        }
        catch (KubernetesException problem)
        {
            Note(pod, problem);
            return problem.Status is HttpStatusCode.Forbidden ? new OrderAnswer.Refused($"crik cannot be asked: {problem.Message}") : new OrderAnswer.Unknown();
        }
    }

    private bool IsSilent(ObjectName pod) => _silentUntil.TryGetValue(pod, out DateTimeOffset until) && clock.GetUtcNow() < until;

    private void Note(ObjectName pod, KubernetesException problem)
    {
        DateTimeOffset now = clock.GetUtcNow();
        foreach (ObjectName over in _silentUntil.Where(pair => pair.Value <= now).Select(static pair => pair.Key).ToArray())
        {
            _silentUntil.Remove(over);
        }

        if (problem.Failure is KubernetesFailure.NoAnswer)
        {
            _silentUntil[pod] = now + s_silence;
        }
    }

    private ContainerProgram Program(ObjectName pod, string container) =>
        new(exec, new ExecRequest(pod.Namespace!, pod.Name, container, []) { Timeout = Patience }, PodNames.CrikPrograms);
}
