using System.Collections.Concurrent;
using Crik.Kubernetes.Access;
using Crik.Kubernetes.Api;
using Crik.Kubernetes.Watching;
using Crik.StandIn;

namespace Crik.Kubernetes.Tests.Watching;

/// <summary>Follows the Nodes of a stand-in and keeps all reports.</summary>
internal sealed class FollowedNodes : IAsyncDisposable
{
    private readonly CancellationTokenSource _end = new();
    private readonly ConcurrentQueue<ResourceChange<Thing>> _reports = new();
    private readonly KubernetesApi _api;
    private readonly Task _following;

    public FollowedNodes(StandInApiServer server, FollowOptions? options = null, ResourceSelection? selection = null)
    {
        _api = new KubernetesApi(new ClusterAccess { Server = server.Address, Authorities = ConfiguredText.Fixed(server.Certificates.AuthorityPem) }, "crik-tests/1");
        ResourceFollower<Thing> follower = new(
            _api, selection ?? new ResourceSelection(ResourceType.Core("nodes")), ThingJson.Default.Thing, options ?? new FollowOptions(), TimeProvider.System);
        _following = Task.Run(() => follower.FollowAsync(_reports.Enqueue, _end.Token));
    }

    public ResourceChange<Thing>[] Reports => [.. _reports];

    public FollowTrouble[] Troubles => [.. Reports.Select(report => report.Trouble).OfType<FollowTrouble>()];

    public int Count(ResourceChangeKind kind) => Reports.Count(report => report.Kind == kind);

    public Task UntilAsync(ResourceChangeKind kind, int count = 1) =>
        Eventually.TrueAsync(() => Count(kind) >= count, $"there were {count} reports of {kind}");

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Eventually.InTimeAsync(_following));
        _api.Dispose();
        _end.Dispose();
    }
}
