using System.Text.Json.Nodes;
using Crik.Kubectl.Cluster;
using Crik.Kubernetes.Api;

namespace Crik.Kubectl.Rollback;

/// <summary>
/// The steps of a rollback. Each can be done again: it first looks whether it is done already. <see cref="Left"/> always
/// says what a failure leaves behind.
/// </summary>
internal sealed class RollbackRun(ClusterSession cluster, PodOwner owner, RollbackPlan plan, Terminal terminal)
{
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(1);

    /// <summary>How much longer than its grace period a pod may take to go, and how long the helper may take to start and end.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);

    /// <summary>How long each step may wait. Null: the grace period of the pods and two minutes.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>What is left if the current step fails, and what to do about it.</summary>
    public string Left { get; private set; } = "nothing was changed";

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await NoteAsync(cancellationToken);
        await ScaleDownAsync(cancellationToken);
        string? refusal = await RollBackAsync(cancellationToken);
        await ScaleUpAsync(refusal, cancellationToken);
        if (refusal is not null)
        {
            Left = $"nothing was rolled back, and {owner.Target} has {plan.Replicas} replicas again\n"
                + "Its pods made a checkpoint when they ended, for which crik may have removed an older one (keep): 'kubectl crik list' shows what is there.";
            throw new KubectlException($"crik rollback failed: {refusal}");
        }
    }

    /// <summary>Writes the plan to the owner, so that everything after this can be continued.</summary>
    private async Task NoteAsync(CancellationToken cancellationToken)
    {
        if (RollbackPlan.Of(owner.Json) is null)
        {
            await AnnotateAsync(plan.ToText(), cancellationToken);
        }
        else
        {
            await SayAsync($"continuing the rollback of pod {plan.Pod} to checkpoint {plan.Generation} that was interrupted");
        }

        Left = $"{owner.Target} is to be scaled from {plan.Replicas} to {plan.Reduced}\n{Continue}";
    }

    private async Task ScaleDownAsync(CancellationToken cancellationToken)
    {
        await SayAsync($"scaling {owner.Target} from {plan.Replicas} to {plan.Reduced}");
        await ScaleAsync(plan.Reduced, cancellationToken);
        Left = $"{owner.Target} is scaled to {plan.Reduced} (it was {plan.Replicas})\n{Continue}";
        TimeSpan grace = TimeSpan.FromSeconds((await EndingAsync(cancellationToken)).Max(static pod => pod.Number("spec", "terminationGracePeriodSeconds")) ?? 30);
        await UntilAsync(
            "the pods have ended", Timeout ?? (grace + s_patience), async () => (await EndingAsync(cancellationToken)).Count == 0, cancellationToken);
        await SayAsync("the pods have ended");
    }

    /// <returns>Why crik refused, or null.</returns>
    private async Task<string?> RollBackAsync(CancellationToken cancellationToken)
    {
        if (await cluster.FindAsync(ObjectKind.Pod.Type, plan.HelperName, cancellationToken) is null)
        {
            await SayAsync($"choosing checkpoint {plan.Generation} in pod {plan.HelperName}");
            await cluster.CreateAsync(ObjectKind.Pod.Type, (JsonObject)plan.Helper.DeepClone(), cancellationToken);
        }

        JsonObject? helper = null;
        await UntilAsync(
            $"pod {plan.HelperName} has ended",
            Timeout ?? s_patience,
            async () => ExitCode(helper = await cluster.FindAsync(ObjectKind.Pod.Type, plan.HelperName, cancellationToken)) is not null,
            cancellationToken);
        string log = (await LogAsync(cancellationToken)).Trim();
        bool isDone = ExitCode(helper) == 0;
        if (isDone)
        {
            await SayAsync(log.Length > 0 ? log : $"checkpoint {plan.Generation} was chosen");
        }

        await DeleteHelperAsync(cancellationToken);
        return isDone ? null : log.Length > 0 ? log : Reason(helper);
    }

    private async Task ScaleUpAsync(string? refusal, CancellationToken cancellationToken)
    {
        string done = refusal is null ? $"checkpoint {plan.Generation} was chosen" : $"nothing was rolled back ({refusal})";
        Left = $"{done}, and {owner.Target} is still scaled to {plan.Reduced}\n{Continue}";
        await SayAsync($"scaling {owner.Target} to {plan.Replicas}");
        await ScaleAsync(plan.Replicas, cancellationToken);
        Left = $"{done}, and {owner.Target} has {plan.Replicas} replicas again; only its annotation is left, which this removes:\n  {Unannotate}";
        await AnnotateAsync(null, cancellationToken);
    }

    private string Continue => $"""
        To continue, run the same command again. To give up:
          kubectl -n {cluster.Namespace} delete pod {plan.HelperName} --ignore-not-found
          {owner.CommandTo(plan.Replicas, cluster.Namespace)}
          {Unannotate}
        """;

    private string Unannotate => $"kubectl -n {cluster.Namespace} annotate {owner.Target} {RollbackPlan.Annotation}-";

    private async Task<IReadOnlyList<JsonObject>> EndingAsync(CancellationToken cancellationToken) =>
        [.. (await PodFinder.PodsOfAsync(cluster, owner.Json, cancellationToken)).Where(pod => owner.Ends(pod, plan.Reduced))];

    private Task ScaleAsync(long replicas, CancellationToken cancellationToken)
    {
        (JsonObject fields, string? subresource) = owner.Scaled(replicas);
        return cluster.PatchAsync(owner.Target, fields, cancellationToken, subresource);
    }

    private Task AnnotateAsync(string? text, CancellationToken cancellationToken) => cluster.PatchAsync(
        owner.Target, new JsonObject { ["metadata"] = new JsonObject { ["annotations"] = new JsonObject { [RollbackPlan.Annotation] = text } } }, cancellationToken);

    private async Task<string> LogAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await cluster.LogAsync(plan.HelperName, plan.HelperContainer, cancellationToken);
        }
        catch (Exception exception) when (exception is KubernetesException or KubectlException)
        {
            return ""; // a container that never started has none, and the exit code tells enough
        }
    }

    private async Task DeleteHelperAsync(CancellationToken cancellationToken)
    {
        try
        {
            await cluster.DeleteAsync(ObjectKind.Pod.Type, plan.HelperName, cancellationToken);
        }
        catch (KubernetesException exception) when (exception.IsNotFound)
        {
            // It is gone already.
        }
    }

    /// <summary>How crik ended. A container that somebody else adds to each pod, such as a proxy, may run on.</summary>
    /// <returns>Null while it runs or waits.</returns>
    private long? ExitCode(JsonObject? pod) => pod.Text("status", "phase") switch
    {
        "Succeeded" => 0,
        "Failed" => 1,
        _ => pod.Objects("status", "containerStatuses").FirstOrDefault(item => item.Text("name") == plan.HelperContainer).Number("state", "terminated", "exitCode"),
    };

    private static string Reason(JsonObject? pod) =>
        pod.Text("status", "message") ?? pod.Objects("status", "containerStatuses").FirstOrDefault().Text("state", "terminated", "reason") ?? "the pod says nothing";

    private async Task UntilAsync(string what, TimeSpan limit, Func<Task<bool>> isSo, CancellationToken cancellationToken)
    {
        long began = terminal.Clock.GetTimestamp();
        while (!await isSo())
        {
            if (terminal.Clock.GetElapsedTime(began) > limit)
            {
                throw new KubectlException($"waited {limit.TotalSeconds} s until {what}, which did not happen; kubectl describe shows why, and --timeout waits longer");
            }

            await Task.Delay(s_pause, terminal.Clock, cancellationToken);
        }
    }

    private Task SayAsync(string text) => terminal.PrintAsync(text + "\n");
}
