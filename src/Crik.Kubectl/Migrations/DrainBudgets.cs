using System.Net;
using System.Text.Json.Nodes;
using Crik.Kubectl.Cluster;
using Crik.Kubernetes.Api;

namespace Crik.Kubectl.Migrations;

/// <summary>
/// Lets pods of one PodDisruptionBudget leave one after the other. An eviction uses the budget up at once, but a move deletes the pod only
/// after a while, and until then the API server would allow another one.
/// </summary>
internal sealed class DrainBudgets
{
    private static readonly ResourceType s_type = new("policy", "v1", "poddisruptionbudgets");

    /// <summary>The turns that a pod has to wait for, by its name, always in the same order.</summary>
    private readonly Dictionary<string, List<SemaphoreSlim>> _turns = new(StringComparer.Ordinal);

    /// <summary>Reads the budgets of these pods. Where the user may not read them, all pods of the namespace share one.</summary>
    public static async Task<DrainBudgets> ReadAsync(ClusterSession cluster, IEnumerable<JsonObject> pods, CancellationToken cancellationToken)
    {
        DrainBudgets budgets = new();
        foreach (IGrouping<string?, JsonObject> space in pods.GroupBy(static pod => pod.Text("metadata", "namespace")))
        {
            try
            {
                foreach (JsonObject budget in await cluster.ListAsync(s_type, space.Key, null, cancellationToken))
                {
                    budgets.Add(await cluster.ListAsync(ObjectKind.Pod.Type, space.Key, PodFinder.Selector(budget), cancellationToken));
                }
            }
            catch (KubernetesException refusal) when (refusal.Status is HttpStatusCode.Forbidden)
            {
                budgets.Add(space);
            }
        }

        return budgets;
    }

    /// <summary>Does something with a pod when it is its turn.</summary>
    public async Task InTurnAsync(JsonObject pod, Func<Task> work, CancellationToken cancellationToken)
    {
        List<SemaphoreSlim> turns = _turns.GetValueOrDefault(DrainPlan.NameOf(pod)) ?? [];
        int taken = 0;
        try
        {
            foreach (SemaphoreSlim turn in turns)
            {
                await turn.WaitAsync(cancellationToken);
                taken++;
            }

            await work();
        }
        finally
        {
            turns.Take(taken).ToList().ForEach(static turn => turn.Release());
        }
    }

    private void Add(IEnumerable<JsonObject> pods)
    {
        SemaphoreSlim turn = new(1);
        foreach (string pod in pods.Select(DrainPlan.NameOf))
        {
            if (!_turns.TryGetValue(pod, out List<SemaphoreSlim>? turns))
            {
                _turns[pod] = turns = [];
            }

            turns.Add(turn);
        }
    }
}
