using System.Text.Json.Nodes;
using Crik.Kubectl.Cluster;
using Crik.Kubectl.CommandLine;
using Crik.Kubectl.Migrations;
using Crik.Kubernetes.Api;

namespace Crik.Kubectl.Commands;

/// <summary>Empties a node before it goes away: pods under crik are moved with their state, and the rest is evicted.</summary>
internal static class DrainCommand
{
    private const int UsualParallel = 4;

    private static readonly ResourceType s_nodes = ResourceType.Core("nodes");

    public static async Task<bool> RunAsync(Invocation invocation, Terminal terminal, CancellationToken cancellationToken)
    {
        string node = invocation.Words[0];
        int parallel = invocation.Number(MovingCommands.Parallel) ?? UsualParallel;
        TimeSpan? limit = invocation.Duration(CommandTable.Timeout);
        Terminal shared = terminal with { Output = Stream.Synchronized(terminal.Output), Error = Stream.Synchronized(terminal.Error) };
        using ClusterSession cluster = ClusterSession.Open(invocation, terminal);
        using CancellationTokenSource timeout = new(limit ?? Timeout.InfiniteTimeSpan, terminal.Clock);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        try
        {
            DrainPlan plan = await PlanAsync(cluster, node, invocation, either.Token);
            await cluster.PatchGlobalAsync(s_nodes, node, new JsonObject { ["spec"] = new JsonObject { ["unschedulable"] = true } }, either.Token);
            await terminal.PrintErrorAsync($"node/{node} cordoned\n" + string.Concat(plan.Kept.Select(static line => line + "\n")));
            bool isDone = await new DrainRun(cluster, shared, parallel).RunAsync(plan, either.Token);
            return isDone ? await SayAsync(terminal, $"node/{node} drained\n")
                : throw new KubectlException($"node/{node} is cordoned, and not all pods have left it; see above, and run the same command again");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new KubectlException(
                $"node/{node} was not drained within {invocation.Value(CommandTable.Timeout)}; it is still cordoned, so run the same command again");
        }
    }

    /// <exception cref="KubectlException">The node cannot be drained. Nothing was done.</exception>
    private static async Task<DrainPlan> PlanAsync(ClusterSession cluster, string node, Invocation invocation, CancellationToken cancellationToken)
    {
        _ = await cluster.FindGlobalAsync(s_nodes, node, cancellationToken) ?? throw new KubectlException($"there is no node {node}");
        IReadOnlyList<JsonObject> pods = await cluster.ListAsync(
            ObjectKind.Pod.Type, null, null, cancellationToken, pod => pod.Text("spec", "nodeName") == node);
        DrainPlan plan = DrainPlan.Of(pods, new DrainChoices(
            invocation.Has(MovingCommands.IgnoreDaemonSets), invocation.Has(MovingCommands.DeleteEmptyDirData), invocation.Has(MovingCommands.Force)));
        if (plan.Problems.Count > 0)
        {
            throw new KubectlException(
                $"node/{node} cannot be drained, and nothing was done:\n" + string.Join('\n', plan.Problems.Select(static line => $"  {line}")));
        }

        if (plan.Moved.Count > 0)
        {
            try
            {
                await cluster.ListAsync(PodMigrationClient.Type, plan.Moved[0].Text("metadata", "namespace"), null, cancellationToken);
            }
            catch (KubernetesException exception) when (exception.IsNotFound)
            {
                throw PodMigrationClient.NotInstalled(exception);
            }
        }

        return plan;
    }

    private static async Task<bool> SayAsync(Terminal terminal, string text)
    {
        await terminal.PrintErrorAsync(text);
        return true;
    }
}
