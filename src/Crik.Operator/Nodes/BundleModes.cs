using System.Collections.Concurrent;
using Crik.Kubernetes.Api;
using Crik.Kubernetes.Watching;
using Crik.Operator.Configuration;
using Crik.Pods;

namespace Crik.Operator.Nodes;

/// <summary>
/// Knows how the bundle comes into pods: as an image volume if every node can do that, because a pod may be scheduled to any
/// of them, and otherwise, or while not all nodes are known, by an init container.
/// </summary>
internal sealed class BundleModes(KubernetesApi api, OperatorOptions options, TimeProvider clock, ILogger<BundleModes> log) : BackgroundService
{
    private readonly ConcurrentDictionary<string, bool> _supports = [];
    private readonly HashSet<string> _listed = [];
    private volatile bool _isComplete;

    public BundleMode Current => options.BundleMode
        ?? (_isComplete && !_supports.IsEmpty && _supports.Values.All(static supports => supports) ? BundleMode.ImageVolume : BundleMode.InitContainer);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => options.BundleMode is not null ? Task.CompletedTask
        : new ResourceFollower<NodeDocument>(api, new ResourceSelection(ResourceType.Core("nodes")), NodeJson.Default.NodeDocument, new FollowOptions(), clock)
            .FollowAsync(Seen, stoppingToken);

    internal void Seen(ResourceChange<NodeDocument> change)
    {
        if (change.Trouble is { } trouble)
        {
            log.FollowingFailed(trouble.Problem, trouble.Pause.TotalSeconds);
        }

        switch (change)
        {
            case { Kind: ResourceChangeKind.ListBegins }:
                _listed.Clear();
                break;
            case { Kind: ResourceChangeKind.Present, Item: { Metadata.Name: { } name } node }:
                _listed.Add(name);
                _supports[name] = ImageVolumes.AreSupported(node.Status?.NodeInfo?.KubeletVersion, node.Status?.NodeInfo?.ContainerRuntimeVersion);
                break;
            case { Kind: ResourceChangeKind.Deleted, Item.Metadata.Name: { } gone }:
                _supports.TryRemove(gone, out _);
                break;
            case { Kind: ResourceChangeKind.Listed }:
                foreach (string name in _supports.Keys.Where(name => !_listed.Contains(name)))
                {
                    _supports.TryRemove(name, out _);
                }

                _isComplete = true;
                break;
        }
    }
}
