using System.Collections.Concurrent;
using Crik.Contracts.PodCheckpoints;
using Crik.Kubernetes.Api;
using Crik.NodeAgent.Archives;
using Crik.NodeAgent.Engines;
using Crik.NodeAgent.Steps;

namespace Crik.NodeAgent.Work;

/// <summary>
/// Asks which containers of a pod crik runs. An API server that cannot say it is asked again, but not for ever: somebody waits
/// for the object.
/// </summary>
internal sealed class CrikQuestions(ICrik crik, TimeProvider clock)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);

    /// <summary>Since when the question has no answer, by the UID of the object. A new agent begins anew.</summary>
    private readonly ConcurrentDictionary<string, DateTimeOffset> _unanswered = [];

    /// <returns>The facts with the containers that crik runs, or with the problem.</returns>
    /// <exception cref="KubernetesException">The API server cannot say it now. Ask again.</exception>
    public async Task<CheckpointFacts> AnswerAsync(CheckpointFacts facts, PodView pod, CheckpointRequest request, CancellationToken cancellationToken)
    {
        string uid = facts.Object.Metadata!.Uid!;
        List<string> answering = [];
        try
        {
            foreach (string container in Asked(pod, request))
            {
                if (await crik.AnswersAsync(new ContainerName(facts.Object.Metadata.Namespace!, request.Pod, container), cancellationToken))
                {
                    answering.Add(container);
                }
            }
        }
        catch (KubernetesException problem)
        {
            DateTimeOffset now = clock.GetUtcNow();
            if (now - _unanswered.GetOrAdd(uid, now) < (request.Timeout < s_patience ? request.Timeout : s_patience))
            {
                throw;
            }

            return facts with { CrikProblem = problem.Message };
        }

        Forget(uid);
        return facts with { CrikAnswers = answering };
    }

    public void Forget(string uid) => _unanswered.TryRemove(uid, out _);

    /// <summary>Only a container that looks like it is asked, unless crik was asked for: a command in a container appears in audit logs.</summary>
    private static IEnumerable<string> Asked(PodView pod, CheckpointRequest request) => request.Engine is CheckpointEngines.Kubelet ? []
        : pod.Containers.Where(static one => one.IsRunning).Select(static one => one.Name)
            .Where(name => request.Engine is CheckpointEngines.Crik || pod.CrikContainers.Contains(name))
            .Where(name => request.Containers.Count == 0 || request.Containers.Contains(name));
}
