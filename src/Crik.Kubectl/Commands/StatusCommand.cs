using System.Globalization;
using System.Text.Json.Nodes;
using Crik.Kubectl.Cluster;
using Crik.Kubectl.CommandLine;
using Crik.Kubectl.Output;
using Crik.Kubernetes.Api;

namespace Crik.Kubectl.Commands;

/// <summary>Shows all pods that run under crik. Each of them is asked, a few at the same time.</summary>
internal static class StatusCommand
{
    private const int AtTheSameTime = 8, LongestProgram = 40, LongestProblem = 120;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    /// <summary>The options that choose pods, as names do.</summary>
    private static readonly CommandOption[] s_choosing = [CommandTable.Selector, CommandTable.AllNamespaces];

    public static async Task<bool> RunAsync(Invocation invocation, Terminal terminal, CancellationToken cancellationToken)
    {
        if (invocation.Words.Count > 0 && s_choosing.FirstOrDefault(invocation.Has) is { } choice)
        {
            throw new KubectlException($"{choice.Name} and the names of pods do not go together; leave one of them out");
        }

        using ClusterSession cluster = ClusterSession.Open(invocation, terminal);
        (JsonObject Pod, string Container)[] containers = [.. (await PodsAsync(cluster, invocation, cancellationToken)).SelectMany(pod => ContainersOf(pod, invocation))];
        PodStatus[] found = new PodStatus[containers.Length];
        await Parallel.ForAsync(0, containers.Length, new ParallelOptions { MaxDegreeOfParallelism = AtTheSameTime, CancellationToken = cancellationToken }, async (index, stop) =>
            found[index] = await AskAsync(cluster, containers[index], invocation.Duration(CommandTable.Timeout) ?? s_patience, stop));

        if (invocation.Format is "json" or "yaml")
        {
            await terminal.PrintAsync(Documents.Write(new JsonObject { ["items"] = new JsonArray([.. found.Select(static status => status.ToJson())]) }, invocation.Format));
        }
        else if (found.Length == 0)
        {
            string place = invocation.Has(CommandTable.AllNamespaces) ? "any namespace" : $"namespace {cluster.Namespace}";
            await terminal.PrintErrorAsync($"No pods that run under crik found in {place}.\n");
        }
        else
        {
            await terminal.PrintAsync(Table(found, invocation.Has(CommandTable.AllNamespaces), invocation.Format == "wide", terminal.Clock.GetUtcNow()));
        }

        return true;
    }

    private static async Task<IReadOnlyList<JsonObject>> PodsAsync(ClusterSession cluster, Invocation invocation, CancellationToken cancellationToken)
    {
        if (invocation.Words.Count == 0)
        {
            string? space = invocation.Has(CommandTable.AllNamespaces) ? null : cluster.Namespace;
            return await cluster.ListAsync(ObjectKind.Pod.Type, space, invocation.Value(CommandTable.Selector), cancellationToken, static pod => CrikContainers.Of(pod).Count > 0);
        }

        List<JsonObject> pods = [];
        foreach (Target target in invocation.Words.Select(Target.Parse))
        {
            JsonObject found = await cluster.GetAsync(target, cancellationToken);
            pods.AddRange(target.Kind == ObjectKind.Pod ? [found] : await PodFinder.PodsOfAsync(cluster, found, cancellationToken));
        }

        return pods;
    }

    /// <summary>A pod that was named is asked even if it shows nothing of crik: its image may have all of it.</summary>
    private static IEnumerable<(JsonObject, string)> ContainersOf(JsonObject pod, Invocation invocation)
    {
        IReadOnlyList<string> underCrik = CrikContainers.Of(pod);
        string? chosen = invocation.Value(CommandTable.Container);
        IEnumerable<string> containers = chosen is not null ? pod.Objects("spec", "containers").Select(static item => item.Text("name")!).Where(name => name == chosen)
            : underCrik.Count > 0 || invocation.Words.Count == 0 ? underCrik
            : CrikContainers.Default(pod) is { } first ? [first] : [];
        return containers.Select(container => (pod, container));
    }

    private static async Task<PodStatus> AskAsync(ClusterSession cluster, (JsonObject Pod, string Container) place, TimeSpan patience, CancellationToken cancellationToken)
    {
        (JsonObject pod, string container) = place;
        if (!PodFinder.IsRunning(pod) || StateOf(pod, container).At("waiting") is not null || StateOf(pod, container).At("terminated") is not null)
        {
            return new PodStatus(pod, container, null, null, WhyNotRunning(pod, container));
        }

        JsonObject? answer = null;
        try
        {
            CrikProgram crik = new(cluster.Exec, pod.Text("metadata", "namespace") ?? cluster.Namespace, pod.Name(), container) { Timeout = patience };
            answer = await crik.AskAsync("status", cancellationToken);
            string[] own = answer.Text("imageDir") is { } directory ? ["--image-dir", directory] : []; // of a pool, only the slot of this pod
            return new PodStatus(pod, container, answer, await crik.AskAsync("list", cancellationToken, own), null);
        }
        catch (Exception exception) when (exception is KubernetesException or KubectlException)
        {
            return new PodStatus(pod, container, answer, null, Words.Printable(exception.Message));
        }
    }

    /// <summary>What the kubelet says of the container, such as ImagePullBackOff.</summary>
    private static string? WhyNotRunning(JsonObject pod, string container)
    {
        JsonNode? state = StateOf(pod, container);
        return state.Text("waiting", "reason") ?? state.Text("terminated", "reason") ?? pod.Text("status", "reason")
            ?? pod.Objects("status", "conditions").FirstOrDefault(static item => item.Text("type") == "PodScheduled" && item.Text("status") == "False").Text("reason");
    }

    private static JsonNode? StateOf(JsonObject pod, string container) =>
        pod.Objects("status", "containerStatuses").FirstOrDefault(item => item.Text("name") == container).At("state");

    private static string Table(IReadOnlyList<PodStatus> found, bool hasNamespace, bool isWide, DateTimeOffset now)
    {
        bool hasContainers = isWide || found.GroupBy(static status => (status.Namespace, status.Name)).Any(static pod => pod.Count() > 1);
        TextTable table = new([
            .. hasNamespace ? ["NAMESPACE"] : (string[])[], "NAME", .. hasContainers ? ["CONTAINER"] : (string[])[], "STATE", "NODE", "NODE-STATE", "CHECKPOINT", "AGE",
            "SIZE", "RESTORED", .. isWide ? ["CRIK", "NEXT"] : (string[])[], "PROGRAM", "LAST-FAILURE"]);
        foreach (PodStatus status in found.OrderBy(static status => status.Namespace, StringComparer.Ordinal).ThenBy(static status => status.Name, StringComparer.Ordinal))
        {
            string[] wide = [status.Answer.Text("crik") ?? "-", Moment(status.Answer.Text("nextCheckpointAt")) is { } next ? $"in {Words.Age(next - now)}" : "-"];
            table.Add([
                .. hasNamespace ? [status.Namespace] : (string[])[], status.Name, .. hasContainers ? [status.Container] : (string[])[], status.State, status.NodeName ?? "-",
                status.Answer.Text("node") ?? "-", .. Checkpoint(status, now), .. isWide ? wide : [],
                status.Program is { } program ? isWide ? program : Words.Cut(program, LongestProgram) : "-", Failure(status, isWide)]);
        }

        return table.ToString();
    }

    private static string[] Checkpoint(PodStatus status, DateTimeOffset now) =>
    [
        status.Newest.Number("generation") is { } generation ? $"{generation}" : "-",
        Moment(status.Newest.Text("createdAt")) is { } at ? Words.Age(now - at) : "-",
        status.Newest.Number("bytes") is { } bytes ? Words.Size(bytes) : "-",
        status.Answer.Number("restoredFrom") is { } restored ? $"{restored}" : "-",
    ];

    private static string Failure(PodStatus status, bool isWide)
    {
        string text = status.Problem is { } problem ? $"not asked: {problem}" : status.Answer.Text("lastFailure") ?? "-";
        return isWide ? text : Words.Cut(text, LongestProblem);
    }

    private static DateTimeOffset? Moment(string? text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset moment) ? moment : null;
}
