using Crik.NodeStateServer.Endpoints;
using Crik.NodeStateServer.Signals;
using Crik.NodeStateServer.State;

namespace Crik.NodeStateServer.Tests.Endpoints;

public sealed class NodeSnapshotsTests
{
    private readonly ShiftedClock _clock = new();
    private readonly NodeStateStore _store;
    private readonly NodeSnapshots _snapshots;

    public NodeSnapshotsTests()
    {
        _store = new NodeStateStore(RunningServer.Options, _clock);
        _store.Apply("b", Verdict.Ready, "1");
        _store.Apply("a", Verdict.Ready, "2");
        _snapshots = new NodeSnapshots(_store, _clock);
    }

    [Fact]
    public async Task All_who_ask_within_a_second_share_one_snapshot()
    {
        using NodeSnapshots.Lease first = await _snapshots.TakeAsync();
        using NodeSnapshots.Lease second = await _snapshots.TakeAsync();
        Assert.Same(first.Nodes, second.Nodes);

        _clock.Forward(TimeSpan.FromSeconds(2));
        _store.Apply("c", Verdict.Ready);
        using NodeSnapshots.Lease third = await _snapshots.TakeAsync();

        Assert.Equal((2, 3), (first.Nodes.Pieces.Count, third.Nodes.Pieces.Count));
        Assert.Equal(3, third.Nodes.At);
    }

    [Fact]
    public async Task Slow_readers_keep_only_so_many_snapshots_and_the_newest_one_is_shared_meanwhile()
    {
        List<NodeSnapshots.Lease> slow = [];
        for (int i = 0; i < NodeSnapshots.Most; i++)
        {
            slow.Add(await _snapshots.TakeAsync());
            _clock.Forward(TimeSpan.FromSeconds(2));
        }

        using NodeSnapshots.Lease late = await _snapshots.TakeAsync();
        Assert.Same(slow[^1].Nodes, late.Nodes);
        Assert.Equal(NodeSnapshots.Most, slow.Select(lease => lease.Nodes).Distinct().Count());

        _store.Apply("c", Verdict.Ready);
        slow[0].Dispose();
        using NodeSnapshots.Lease fresh = await _snapshots.TakeAsync();
        Assert.Same(slow[0].Nodes, fresh.Nodes); // its memory is used again
        Assert.Equal((2, 3), (slow[1].Nodes.Pieces.Count, fresh.Nodes.Pieces.Count));
    }

    [Fact]
    public async Task The_nodes_are_sorted_and_a_snapshot_that_is_larger_than_its_chunks_is_whole()
    {
        for (int i = 0; i < 2000; i++)
        {
            _store.Apply($"node-{i:0000}", new Verdict(Crik.Contracts.NodeState.Cordoned, "cordon", new string('x', i == 1000 ? 100_000 : 100)));
        }

        for (int round = 0; round < 2; round++)
        {
            using NodeSnapshots.Lease lease = await _snapshots.TakeAsync();
            string[] names = [.. lease.Nodes.Pieces.Select(piece => System.Text.Json.JsonDocument.Parse(lease.Nodes.BytesOf(piece)).RootElement.GetProperty("name").GetString()!)];
            Assert.Equal(["a", "b", .. Enumerable.Range(0, 2000).Select(i => $"node-{i:0000}")], names);
            _clock.Forward(TimeSpan.FromSeconds(2));
        }
    }
}
