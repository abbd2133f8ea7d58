using System.Globalization;
using System.Text.Json.Nodes;
using Crik.Kubectl.Cluster;
using Crik.Kubectl.CommandLine;
using Crik.Kubectl.Rollback;
using Crik.Kubernetes.Api;

namespace Crik.Kubectl.Commands;

/// <summary>Lets the program of a pod continue from an older checkpoint.</summary>
internal static class RollbackCommand
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    public static async Task<bool> RunAsync(Invocation invocation, Terminal terminal, CancellationToken cancellationToken)
    {
        Target target = Target.Parse(invocation.Words[0]);
        int generation = int.TryParse(invocation.Words[1], NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number > 0
            ? number : throw new KubectlException($"'{invocation.Words[1]}' is no checkpoint's number; 'kubectl crik list {invocation.Words[0]}' shows them");
        using ClusterSession cluster = ClusterSession.Open(invocation, terminal);
        (PodOwner owner, RollbackPlan plan) = await PlanAsync(cluster, target, generation, invocation, terminal.Clock.GetUtcNow(), cancellationToken);
        RollbackRun run = new(cluster, owner, plan, terminal) { Timeout = invocation.Duration(CommandTable.Timeout) };
        try
        {
            await run.RunAsync(cancellationToken);
        }
        catch (Exception exception) when (exception is KubernetesException or KubectlException or IOException) // a pipe that nobody reads is no reason to stay silent
        {
            throw new KubectlException($"{exception.Message}\n{run.Left}", exception);
        }
        catch (OperationCanceledException)
        {
            await terminal.PrintErrorAsync($"{run.Left}\n");
            throw;
        }

        await terminal.PrintAsync($"done: the next start of pod {plan.Pod} restores checkpoint {plan.Generation}; 'kubectl crik status' shows it\n");
        return true;
    }

    /// <summary>Takes the plan of a rollback that was interrupted, or makes one.</summary>
    private static async Task<(PodOwner Owner, RollbackPlan Plan)> PlanAsync(
        ClusterSession cluster, Target target, int generation, Invocation invocation, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (await PodOwner.WithPlanAsync(cluster, target, cancellationToken) is { } interrupted)
        {
            return (interrupted, Interrupted(interrupted, RollbackPlan.Of(interrupted.Json)!, target, generation, cluster.Namespace));
        }

        JsonObject pod = await PodFinder.FindAsync(cluster, target, cancellationToken);
        PodOwner owner = await PodOwner.OfAsync(cluster, pod, cancellationToken);
        if (RollbackPlan.Of(owner.Json) is { } plan)
        {
            return (owner, Interrupted(owner, plan, target, generation, cluster.Namespace));
        }

        string container = invocation.Value(CommandTable.Container) ?? CrikContainers.Default(pod) ?? "";
        if (!pod.Objects("spec", "containers").Any(item => item.Text("name") == container))
        {
            throw new KubectlException($"pod {pod.Name()} has no container '{container}'");
        }

        JsonObject helper = HelperPod.Make(pod, container, generation, await ImageDirAsync(cluster, pod, container, cancellationToken), now);
        return (owner, new RollbackPlan(pod.Name(), generation, owner.Replicas, owner.Reduced(pod.Name()), helper));
    }

    /// <exception cref="KubectlException">The plan is that of another rollback.</exception>
    private static RollbackPlan Interrupted(PodOwner owner, RollbackPlan plan, Target target, int generation, string space) =>
        plan.Generation == generation && (target.Kind != ObjectKind.Pod || plan.Pod == target.Name) ? plan : throw new KubectlException(
            $"a rollback of pod {plan.Pod} of {owner.Target} to checkpoint {plan.Generation} was interrupted; finish it first with "
            + $"'kubectl crik rollback -n {space} {plan.Pod} {plan.Generation}'");

    /// <summary>Where the running crik keeps its checkpoints. With a pool of slots, only that crik knows which one is its own.</summary>
    private static async Task<string?> ImageDirAsync(ClusterSession cluster, JsonObject pod, string container, CancellationToken cancellationToken)
    {
        try
        {
            CrikProgram crik = new(cluster.Exec, cluster.Namespace, pod.Name(), container) { Timeout = s_patience };
            return PodFinder.IsRunning(pod) ? (await crik.AskAsync("status", cancellationToken)).Text("imageDir") : null;
        }
        catch (Exception exception) when (exception is KubectlException or KubernetesException)
        {
            return null; // the configuration of the container says it too, but for a pool
        }
    }
}
