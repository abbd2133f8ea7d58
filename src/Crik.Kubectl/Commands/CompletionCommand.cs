using System.Text.Json.Nodes;
using Crik.Contracts.PodCheckpoints;
using Crik.Kubectl.Checkpoints;
using Crik.Kubectl.Cluster;
using Crik.Kubectl.CommandLine;
using Crik.Kubernetes.Access;
using Crik.Kubernetes.Api;

namespace Crik.Kubectl.Commands;

/// <summary>
/// Answers kubectl and the completion scripts: one choice a line, and at the end a colon and a directive of cobra
/// (ShellCompDirective): 4 offers no files, 0 offers files.
/// </summary>
internal static class CompletionCommand
{
    private const int Files = 0, NoFiles = 4;

    /// <summary>Somebody waits for it at a prompt.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(3);

    public static async Task<string> AnswerAsync(string[] words, Terminal terminal, CancellationToken cancellationToken)
    {
        Completion completion = Completion.Of(words);
        IReadOnlyList<string> choices = completion switch
        {
            Completion.Words known => known.Choices,
            Completion.Pods => await NamesAsync(ObjectKind.Pod.Type, words, terminal, cancellationToken),
            Completion.Namespaces => await NamesAsync(ResourceType.Core("namespaces"), words, terminal, cancellationToken),
            Completion.Nodes => await NamesAsync(ResourceType.Core("nodes"), words, terminal, cancellationToken),
            Completion.Checkpoints => await NamesAsync(PodCheckpointClient.Type, words, terminal, cancellationToken),
            _ => [],
        };
        string typed = words is [.., var last] ? last : "";
        return string.Concat(choices.Where(choice => choice.StartsWith(typed, StringComparison.Ordinal)).Select(static choice => $"{choice}\n"))
            + $":{(completion is Completion.Files ? Files : NoFiles)}\n";
    }

    /// <returns>Nothing if the cluster cannot be asked: completion has no place for messages.</returns>
    private static async Task<IReadOnlyList<string>> NamesAsync(ResourceType type, string[] words, Terminal terminal, CancellationToken cancellationToken)
    {
        using CancellationTokenSource deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(s_patience);
        try
        {
            Invocation invocation = CommandLineReader.ReadOptions(words[..^1]);
            using ClusterSession cluster = ClusterSession.Open(invocation, terminal);
            IReadOnlyList<JsonObject> items = await cluster.ListAsync(type, type.Plural is "pods" or PodCheckpointDocument.Plural ? cluster.Namespace : null, null, deadline.Token);
            return [.. (items.Any(IsUnderCrik) ? items.Where(IsUnderCrik) : items).Select(static item => item.Name())];
        }
        catch (Exception exception) when (exception is KubernetesException or ClusterConfigurationException or KubectlException or OperationCanceledException or IOException)
        {
            return [];
        }
    }

    private static bool IsUnderCrik(JsonObject item) => CrikContainers.Of(item).Count > 0;
}
