using System.Text.Json.Nodes;
using Crik.Kubectl.Cluster;
using Crik.Kubectl.CommandLine;
using Crik.Kubectl.Output;
using Crik.Kubernetes.Api;

namespace Crik.Kubectl.Commands;

/// <summary>`checkpoint`, `list` and `inspect` run the command of the same name in the pod.</summary>
internal static class PodCommand
{
    /// <param name="target">The pod, or an object with pods, as somebody has named it.</param>
    /// <exception cref="NoCrikException">There is no crik in the container.</exception>
    public static async Task<bool> RunAsync(Invocation invocation, string target, Terminal terminal, CancellationToken cancellationToken)
    {
        using ClusterSession cluster = ClusterSession.Open(invocation, terminal);
        JsonObject pod = await PodFinder.FindAsync(cluster, Target.Parse(target), cancellationToken);
        string?[] containers = invocation.All(CommandTable.Container) is { Count: > 0 } named ? [.. named.Distinct()] : [null];
        CrikProgram[] programs = [.. containers.Select(container => ProgramIn(cluster, pod, container, null))];
        List<string> failures = [];
        for (int i = 0; i < programs.Length; i++)
        {
            try
            {
                await RunAsync(programs[i], invocation, terminal, cancellationToken);
            }
            catch (KubectlException exception) when (programs.Length > 1 && (exception is not NoCrikException || i > 0))
            {
                failures.Add($"{containers[i]}: {exception.Message}"); // the others are asked all the same
            }
        }

        return failures.Count == 0 ? true : throw new KubectlException(string.Join("; ", failures));
    }

    private static async Task RunAsync(CrikProgram crik, Invocation invocation, Terminal terminal, CancellationToken cancellationToken)
    {
        using PassingStream output = new(terminal.Output);
        bool endsPod = invocation.Command!.Name == CommandTable.Checkpoint && !invocation.Has(CommandTable.LeaveRunning);
        try
        {
            string[] slot = invocation.Command.Name == CommandTable.Inspect ? await SlotAsync(crik, cancellationToken) : [];
            int code = await crik.RunAsync([.. Words(invocation), .. slot], output, terminal.Error, cancellationToken);
            if (code != 0 && !IsDone())
            {
                throw new KubectlException($"crik {invocation.Command.Name} in pod {crik.Pod} ended with exit code {code}");
            }
        }
        catch (KubernetesException) when (IsDone())
        {
            // the container has ended, and the connection with it
        }

        bool IsDone() => endsPod && output.Passed.Contains("was made", StringComparison.Ordinal);
    }

    /// <summary>Of a pool of slots, the one that this pod has is meant.</summary>
    private static async Task<string[]> SlotAsync(CrikProgram crik, CancellationToken cancellationToken)
    {
        try
        {
            return (await crik.AskAsync("status", cancellationToken)).Number("slot") is { } slot ? ["--slot", $"{slot}"] : [];
        }
        catch (KubectlException)
        {
            return []; // crik does not run in the container, and then it has no slot
        }
    }

    /// <exception cref="KubectlException">The pod does not run, or has no such container.</exception>
    /// <param name="named">The container that the user has named, or null.</param>
    public static CrikProgram ProgramIn(ClusterSession cluster, JsonObject pod, string? named, TimeSpan? timeout)
    {
        string? container = named ?? CrikContainers.Default(pod);
        string[] known = [.. pod.Objects("spec", "containers").Concat(pod.Objects("spec", "initContainers")).Select(static item => item.Text("name")).OfType<string>()];
        if (container is null || !known.Contains(container))
        {
            throw new KubectlException($"pod {pod.Name()} has no container '{container}'; it has {string.Join(", ", known)}");
        }

        return PodFinder.IsRunning(pod)
            ? new CrikProgram(cluster.Exec, cluster.Namespace, pod.Name(), container) { Timeout = timeout }
            : throw new KubectlException($"pod {pod.Name()} does not run (its phase is {pod.Text("status", "phase") ?? "unknown"}), and only a running pod can be asked");
    }

    private static string[] Words(Invocation invocation) => invocation.Command!.Name switch
    {
        CommandTable.Checkpoint => invocation.Has(CommandTable.LeaveRunning) ? ["checkpoint", "--leave-running"] : ["checkpoint"],
        CommandTable.Inspect when invocation.Words is [_, var generation] => ["inspect", generation, "-o", invocation.Format],
        var command => [command, "-o", invocation.Format],
    };
}
