using Crik.Configuration;
using Crik.Contracts;
using Crik.Nodes;
using Crik.Store;

namespace Crik.Checks;

/// <summary>Checks whether the source that knows about the node answers.</summary>
internal static class NodeStateCheck
{
    private const string Name = "nodeState";
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(3);

    public static Finding Run(CrikOptions options)
    {
        if (NodeSources.Choose(options.Node, PodIdentity.Read().Uid) is not { } source)
        {
            return Finding.Ok(Name, "no source is asked about the node: every SIGTERM makes a checkpoint");
        }

        try
        {
            NodeAnswer answer = source.Ask(Deadline.In(s_patience));
            string pod = source is ServerSource && options.CheckpointOnDisruption ? "; " + AboutPod(source.AsksAboutPod, answer) : "";
            return Finding.Ok(Name, $"{source.Name} says: {answer.State.ToWireName()}, {answer.Reason}{pod}");
        }
        catch (HttpException exception)
        {
            string then = options.WhenNodeStateUnknown == WhenNodeStateUnknown.Checkpoint ? "makes a checkpoint" : "is only forwarded to the program";
            return new(Name, Verdict.Warning, $"{source.Name} does not answer: {exception.Message}. Until it does, SIGTERM {then} (whenNodeStateUnknown)");
        }
    }

    /// <param name="isAsked">crik can name its pod to the server.</param>
    internal static string AboutPod(bool isAsked, NodeAnswer answer) =>
        !isAsked ? "crik does not know its pod's namespace or UID (set KUBERNETES_NAMESPACE and KUBERNETES_POD_NAME), so an eviction counts as a delete"
        : answer.Disruption is null ? "it knows nothing about this pod (readPods in its chart is off, or KUBERNETES_POD_NAME is missing here), so an eviction counts as a delete"
        : "it also knows whether this pod is evicted";
}
