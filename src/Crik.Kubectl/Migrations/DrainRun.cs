using System.Net;
using System.Text.Json.Nodes;
using Crik.Contracts.PodCheckpoints;
using Crik.Contracts.PodMigrations;
using Crik.Kubectl.Cluster;
using Crik.Kubectl.Output;
using Crik.Kubernetes.Api;
using Crik.Kubernetes.Resources;

namespace Crik.Kubectl.Migrations;

/// <summary>Takes the pods from a node: it moves those under crik, some at a time, and evicts the others.</summary>
internal sealed class DrainRun(ClusterSession cluster, Terminal terminal, int parallel)
{
    /// <summary>As long as `kubectl drain` waits before it asks again.</summary>
    private static readonly TimeSpan s_beforeNextTry = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan s_look = TimeSpan.FromSeconds(1);

    /// <returns>False if a pod is still there. Each has its message.</returns>
    public async Task<bool> RunAsync(DrainPlan plan, CancellationToken cancellationToken)
    {
        using SemaphoreSlim places = new(parallel);
        DrainBudgets budgets = await DrainBudgets.ReadAsync(cluster, plan.Moved, cancellationToken);
        bool[] results = await Task.WhenAll(
        [
            .. plan.Moved.Select(pod => TryAsync(pod, () => budgets.InTurnAsync(pod, () => MoveAsync(pod, places, cancellationToken), cancellationToken), cancellationToken)),
            .. plan.Evicted.Select(pod => TryAsync(pod, () => EvictAsync(pod, budgets, cancellationToken), cancellationToken)),
        ]);
        return results.All(static result => result);
    }

    /// <summary>What fails for one pod is said, and the others go all the same.</summary>
    private async Task<bool> TryAsync(JsonObject pod, Func<Task> work, CancellationToken cancellationToken)
    {
        try
        {
            await work();
            return true;
        }
        catch (KubernetesException refusal) when (refusal.IsNamespaceEnding)
        {
            await UntilGoneAsync(pod, cancellationToken);
            await terminal.PrintAsync($"{DrainPlan.NameOf(pod)} is gone with its namespace\n");
            return true;
        }
        catch (Exception exception) when (exception is KubectlException or KubernetesException)
        {
            await terminal.PrintErrorAsync($"error: {DrainPlan.NameOf(pod)}: {exception.Message}\n");
            return false;
        }
    }

    private async Task MoveAsync(JsonObject pod, SemaphoreSlim places, CancellationToken cancellationToken)
    {
        await places.WaitAsync(cancellationToken);
        try
        {
            await AskAsync(pod, isDryRun: true, cancellationToken); // a move deletes the pod, so a PodDisruptionBudget is asked before
            PodMigrationDocument created = await new PodMigrationClient(cluster).CreateAsync(
                PodMigrationDocument.New(
                    new ObjectMetadata { GenerateName = pod.Name() + "-", Namespace = pod.Text("metadata", "namespace") },
                    new PodMigrationSpec { Pod = pod.Name() }),
                cancellationToken);
            PodMigrationDocument done = await new MigrationWait(cluster, terminal).ForAsync(created, cancellationToken);
            if (MigrationProgress.Failure(done) is { } failure)
            {
                throw new KubectlException($"it was not moved by podmigration/{created.Metadata!.Name}: {Words.Printable(failure)}");
            }

            PodMove? move = done.Status?.Pods is [var only, ..] ? only : null;
            string downtime = move is null ? "-" : MigrationProgress.Downtime(move);
            await terminal.PrintAsync($"{DrainPlan.NameOf(pod)} moved to {move?.Destination}, away for {downtime}\n");
        }
        finally
        {
            places.Release();
        }
    }

    private async Task EvictAsync(JsonObject pod, DrainBudgets budgets, CancellationToken cancellationToken)
    {
        await budgets.InTurnAsync(pod, () => AskAsync(pod, isDryRun: false, cancellationToken), cancellationToken);
        await UntilGoneAsync(pod, cancellationToken);
        await terminal.PrintAsync($"{DrainPlan.NameOf(pod)} evicted\n");
    }

    private async Task UntilGoneAsync(JsonObject pod, CancellationToken cancellationToken)
    {
        ObjectName name = new(pod.Text("metadata", "namespace"), pod.Name());
        while (await cluster.FindAsync(ObjectKind.Pod.Type, name, cancellationToken) is { } there
            && there.Text("metadata", "uid") == pod.Text("metadata", "uid"))
        {
            await Task.Delay(s_look, terminal.Clock, cancellationToken);
        }
    }

    /// <summary>Evicts a pod as soon as its PodDisruptionBudgets allow that, or only waits until they would.</summary>
    private async Task AskAsync(JsonObject pod, bool isDryRun, CancellationToken cancellationToken)
    {
        bool isTold = false;
        while (true)
        {
            try
            {
                await cluster.EvictAsync(pod, isDryRun, cancellationToken);
                return;
            }
            catch (KubernetesException refusal) when (refusal.IsNotFound)
            {
                return; // it is gone
            }
            catch (KubernetesException refusal) when (refusal.Status is HttpStatusCode.TooManyRequests)
            {
                if (!isTold)
                {
                    isTold = true;
                    await terminal.PrintErrorAsync($"{DrainPlan.NameOf(pod)} has to wait: {Words.Printable(refusal.Message)}\n");
                }
            }

            await Task.Delay(s_beforeNextTry, terminal.Clock, cancellationToken);
        }
    }
}
