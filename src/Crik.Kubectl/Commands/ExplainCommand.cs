using System.Text.Json.Nodes;
using Crik.Kubectl.Cluster;
using Crik.Kubectl.CommandLine;
using Crik.Kubectl.Explain;
using Crik.Kubectl.Manifests;
using Crik.Kubectl.Output;
using Crik.Kubectl.Rollback;
using Crik.Kubernetes.Api;
using Crik.Pods;

namespace Crik.Kubectl.Commands;

/// <summary>Says whether a pod would survive its node, and what is in the way.</summary>
internal static class ExplainCommand
{
    /// <summary>crik check saves and restores a small tree of processes.</summary>
    private static readonly TimeSpan s_longestCheck = TimeSpan.FromMinutes(2);

    public static async Task<bool> RunAsync(Invocation invocation, Terminal terminal, CancellationToken cancellationToken)
    {
        IReadOnlyList<Explanation> found = (invocation.Has(CommandTable.Filename), invocation.Words) switch
        {
            (true, []) => await OfFilesAsync(invocation, terminal, cancellationToken),
            (false, [var word]) => [await OfObjectAsync(Target.Parse(word), invocation, terminal, cancellationToken)],
            _ => throw new KubectlException("name either a pod, as in 'kubectl crik explain web-0', or a file with -f"),
        };
        await terminal.PrintAsync(invocation.Format is "json" or "yaml"
            ? Documents.Write(new JsonObject { ["items"] = new JsonArray([.. found.Select(static item => item.ToJson())]) }, invocation.Format)
            : string.Concat(found.Select(static item => item.ToText())));
        return found.Count > 0 ? found.All(static item => item.Survives) : throw new KubectlException("there is no pod and no pod template in these files");
    }

    private static async Task<IReadOnlyList<Explanation>> OfFilesAsync(Invocation invocation, Terminal terminal, CancellationToken cancellationToken)
    {
        IReadOnlyList<ManifestFile> files = await InjectCommand.FilesAsync(invocation, terminal, cancellationToken);
        Dictionary<string, NamespaceFacts> spaces = ManifestInjection.Namespaces(files);
        ManifestObject[] items = [.. files.SelectMany(static file => file.Documents).SelectMany(static document => document.Objects())];
        return
        [
            .. items.Where(static item => item.Template is not null).Select(item => new Explanation(
                item.Title,
                Obstacles.Find(new PodSurroundings(item.ToPod(spaces), ClaimManifest.Facts(items, item.Namespace), null)),
                null,
                null,
                ["the cluster: these are files, so of namespaces and claims only what they say is known, nothing of volumes and nodes, and crik check was not run"])),
        ];
    }

    private static async Task<Explanation> OfObjectAsync(Target target, Invocation invocation, Terminal terminal, CancellationToken cancellationToken)
    {
        using ClusterSession cluster = ClusterSession.Open(invocation, terminal);
        SurroundingsReader reader = new(cluster);
        JsonObject item = await cluster.GetAsync(target, cancellationToken);
        JsonObject? pod = target.Kind == ObjectKind.Pod ? item
            : (await PodFinder.PodsOfAsync(cluster, item, cancellationToken)).FirstOrDefault(PodFinder.IsRunning);
        if (pod is null)
        {
            item["kind"] = target.Kind.Kind;
            PodToInject template = new ManifestObject("", item).ToPod(new Dictionary<string, NamespaceFacts>());
            PodSurroundings found = await reader.ReadAsync(template.Pod, template.Controller, isTemplate: true, cancellationToken);
            return new Explanation($"{target}", Obstacles.Find(found), null, null, [.. reader.NotRead, "crik check: no pod runs"]);
        }

        PodSurroundings surroundings = await reader.ReadAsync(pod, await ControllerAsync(cluster, pod, cancellationToken), isTemplate: false, cancellationToken);
        (string? check, bool? isGood, string? problem) = await CheckAsync(cluster, pod, invocation, cancellationToken);
        string[] notRead = problem is null ? [] : [$"crik check: {problem}"];
        return new Explanation($"pod/{pod.Name()}", Obstacles.Find(surroundings), check, isGood, [.. reader.NotRead, .. notRead]);
    }

    private static async Task<PodController?> ControllerAsync(ClusterSession cluster, JsonObject pod, CancellationToken cancellationToken)
    {
        try
        {
            PodOwner owner = await PodOwner.OfAsync(cluster, pod, cancellationToken);
            owner.Json["kind"] = owner.Target.Kind.Kind;
            return new ManifestObject("", owner.Json).ToPod(new Dictionary<string, NamespaceFacts>()).Controller;
        }
        catch (Exception exception) when (exception is KubectlException or KubernetesException)
        {
            JsonObject? reference = pod.Objects("metadata", "ownerReferences").FirstOrDefault(static owner => owner.IsTrue("controller"));
            return reference is null ? null : new PodController(reference.Text("kind") ?? "", reference.Text("name") ?? "");
        }
    }

    private static async Task<(string? Check, bool? IsGood, string? Problem)> CheckAsync(
        ClusterSession cluster, JsonObject pod, Invocation invocation, CancellationToken cancellationToken)
    {
        try
        {
            CrikProgram crik = PodCommand.ProgramIn(cluster, pod, invocation.Value(CommandTable.Container), s_longestCheck);
            (int code, string output, string error) = await crik.CaptureAsync(["check"], cancellationToken);
            return output.Length > 0 ? (output, code == 0, null) : (null, null, Words.Printable(error));
        }
        catch (Exception exception) when (exception is KubectlException or KubernetesException)
        {
            return (null, null, exception.Message);
        }
    }
}
