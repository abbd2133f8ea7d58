using Crik.Contracts;
using Crik.NodeStateServer.Configuration;
using Crik.NodeStateServer.Signals;
using Crik.NodeStateServer.State;

namespace Crik.NodeStateServer.Tests.State;

public sealed class NodeStateStoreTests
{
    private static readonly TimeSpan s_long = TimeSpan.FromMinutes(5);
    private static readonly Verdict s_goes = new(NodeState.ShuttingDown, "spot", "it goes");
    private static readonly Verdict s_cordoned = new(NodeState.Cordoned, "cordon", "it is cordoned");

    private readonly ShiftedClock _clock = new();

    [Fact]
    public void An_equal_verdict_changes_nothing()
    {
        NodeStateStore store = Store();
        Assert.NotNull(store.Apply("a", s_goes));
        NodeAnswer first = store.Find("a")!;

        Assert.Null(store.Apply("a", s_goes with { }));
        Assert.Same(first, store.Find("a"));
    }

    [Fact]
    public void When_a_sign_is_removed_the_earlier_state_and_version_return()
    {
        NodeStateStore store = Store();
        store.Apply("a", Verdict.Ready);
        long ready = store.Find("a")!.Version;

        store.Apply("a", s_goes);
        long goes = store.Find("a")!.Version;
        store.Apply("a", Verdict.Ready);

        Assert.NotEqual(ready, goes);
        Assert.Equal((NodeState.Ready, ready), (store.Find("a")!.State, store.Find("a")!.Version));
    }

    [Fact]
    public void A_version_is_the_same_on_every_replica_and_fits_into_a_double()
    {
        NodeStateStore one = Store(), other = Store();
        one.Apply("a", s_goes with { Deadline = DateTimeOffset.UnixEpoch });
        _clock.Forward(TimeSpan.FromHours(1));
        other.Apply("a", s_goes with { Deadline = DateTimeOffset.UnixEpoch });

        Assert.Equal(one.Find("a")!.Version, other.Find("a")!.Version);
        Assert.InRange(one.Find("a")!.Version, 1, 1L << 53);
    }

    [Fact]
    public void Another_state_signal_or_deadline_gives_another_version_and_other_words_do_not()
    {
        NodeStateStore store = Store();
        HashSet<long> versions = [];
        foreach (Verdict verdict in (Verdict[])[
            s_goes, s_goes with { Reason = "other" }, s_goes with { Signal = "asg" }, s_goes with { Deadline = DateTimeOffset.UnixEpoch }, s_cordoned])
        {
            store.Apply("a", verdict);
            versions.Add(store.Find("a")!.Version);
        }

        Assert.Equal(4, versions.Count);
    }

    [Fact]
    public void Since_is_the_time_of_the_signal_or_when_it_was_first_seen()
    {
        NodeStateStore store = Store();
        store.Apply("a", Verdict.Ready);
        Assert.Null(store.Find("a")!.Since); // nobody knows since when

        store.Apply("a", s_goes);
        DateTimeOffset seen = store.Find("a")!.Since!.Value;
        _clock.Forward(TimeSpan.FromHours(1));
        store.Apply("a", s_goes with { Reason = "still" });
        Assert.Equal(seen, store.Find("a")!.Since);

        store.Apply("a", s_goes with { Since = DateTimeOffset.UnixEpoch });
        Assert.Equal(DateTimeOffset.UnixEpoch, store.Find("a")!.Since);

        store.Apply("a", Verdict.Ready);
        Assert.InRange(store.Find("a")!.Since!.Value, seen + TimeSpan.FromHours(1), DateTimeOffset.MaxValue);
    }

    [Fact]
    public void A_deleted_node_is_gone_for_a_while_and_then_unknown()
    {
        NodeStateStore store = Store();
        store.Apply("a", Verdict.Ready);

        store.Remove("a");
        Assert.Equal(NodeState.Gone, store.Find("a")!.State);

        _clock.Forward(RunningServer.Options.RememberDeleted + TimeSpan.FromSeconds(1));
        Assert.Null(store.Find("a"));
        Assert.Empty(store.All());
    }

    [Fact]
    public void A_step_of_the_wall_clock_does_not_forget_a_deleted_node()
    {
        NodeStateStore store = Store();
        store.Apply("a", Verdict.Ready);
        store.Remove("a");

        _clock.StepWallClock(TimeSpan.FromDays(400));
        Assert.Equal(NodeState.Gone, store.Find("a")!.State);

        _clock.StepWallClock(TimeSpan.FromDays(-800));
        _clock.Forward(RunningServer.Options.RememberDeleted + TimeSpan.FromSeconds(1));
        Assert.Null(store.Find("a"));
    }

    [Fact]
    public async Task Other_words_for_the_same_signal_wake_no_wait()
    {
        NodeStateStore store = Store();
        store.Apply("a", s_goes);
        Task wait = store.WaitAsync("a", store.Find("a")!.Version, s_long, CancellationToken.None);

        Assert.NotNull(store.Apply("a", s_goes with { Reason = "it goes, in the words of a later release" }));
        Assert.Equal("it goes, in the words of a later release", store.Find("a")!.Reason);
        Assert.False(wait.IsCompleted);
        store.Apply("a", Verdict.Ready);

        await Eventually.InTimeAsync(wait);
    }

    [Fact]
    public async Task A_heartbeat_moves_the_resource_version_on_and_wakes_no_wait()
    {
        NodeStateStore store = Store();
        store.Apply("a", Verdict.Ready, "10");
        Task wait = store.WaitAsync("a", store.Find("a")!.Version, s_long, CancellationToken.None);
        long changes = store.LastChange;

        Assert.Null(store.Apply("a", Verdict.Ready, "11"));
        Assert.Equal("11", store.Find("a")!.ResourceVersion);
        Assert.Equal(changes, store.LastChange);
        Assert.False(wait.IsCompleted);
        store.Close();

        await Eventually.InTimeAsync(wait);
    }

    [Fact]
    public void A_deleted_node_keeps_the_version_of_its_deletion_and_a_new_one_has_a_later_version()
    {
        NodeStateStore store = Store();
        store.Apply("a", Verdict.Ready, "10");
        store.Remove("a", "12");
        Assert.Equal((NodeState.Gone, "12"), (store.Find("a")!.State, store.Find("a")!.ResourceVersion));

        store.Apply("a", Verdict.Ready, "15");
        Assert.Equal((NodeState.Ready, "15"), (store.Find("a")!.State, store.Find("a")!.ResourceVersion));

        _ = store.BeginListing().Complete("20").Count();
        Assert.Equal((NodeState.Gone, "20"), (store.Find("a")!.State, store.Find("a")!.ResourceVersion));
    }

    [Fact]
    public void A_version_is_seen_when_the_node_or_the_whole_replica_has_reached_it()
    {
        NodeStateStore store = Store();
        store.History.Listed("10");
        store.Apply("a", Verdict.Ready, "12"); // a new list is not complete yet

        Assert.True(store.HasSeen("a", 12));
        Assert.False(store.HasSeen("a", 13));
        Assert.False(store.HasSeen("unknown", 12));
        Assert.True(store.HasSeen("unknown", 10));
    }

    [Fact]
    public void The_number_of_remembered_deleted_nodes_is_limited()
    {
        NodeStateStore store = Store(RunningServer.Options with { RememberDeletedCount = 2 });
        foreach (string name in (string[])["a", "b", "c"])
        {
            store.Apply(name, Verdict.Ready);
            store.Remove(name);
        }

        Assert.Equal(["b", "c"], store.All().Select(answer => answer.Name).Order());
        Assert.Equal(2, store.Count);
    }

    [Fact]
    public void A_node_that_returns_with_the_same_name_is_not_forgotten()
    {
        NodeStateStore store = Store();
        store.Apply("a", Verdict.Ready);
        store.Remove("a");
        store.Apply("a", Verdict.Ready);

        _clock.Forward(TimeSpan.FromDays(1));
        store.Apply("b", Verdict.Ready);
        store.Remove("b");

        Assert.Equal(NodeState.Ready, store.Find("a")!.State);
    }

    [Fact]
    public void Nodes_missing_from_a_list_are_gone_once_the_list_is_complete()
    {
        NodeStateStore store = Store();
        Complete(store, "a", "b");
        Assert.True(store.IsSynced);

        NodeListing second = store.BeginListing();
        second.Apply("b", Verdict.Ready);
        Assert.Equal(NodeState.Ready, store.Find("a")!.State); // the rest of the list may still contain it
        NodeTransition[] gone = [.. second.Complete()];

        Assert.Equal("a", Assert.Single(gone).Name);
        Assert.Equal(NodeState.Gone, store.Find("a")!.State);
        Assert.Equal(NodeState.Ready, store.Find("b")!.State);
    }

    [Fact]
    public void An_incomplete_list_makes_no_node_gone()
    {
        NodeStateStore store = Store();
        Complete(store, "a", "b");
        store.BeginListing().Apply("b", Verdict.Ready);

        Complete(store, "a", "b");

        Assert.All(store.All(), answer => Assert.Equal(NodeState.Ready, answer.State));
    }

    [Fact]
    public async Task A_wait_ends_when_that_node_changes_and_not_when_another_does()
    {
        NodeStateStore store = Store();
        store.Apply("a", Verdict.Ready);
        store.Apply("b", Verdict.Ready);
        Task wait = store.WaitAsync("a", store.Find("a")!.Version, s_long, CancellationToken.None);

        store.Apply("b", s_goes);
        Assert.False(wait.IsCompleted);
        store.Apply("a", s_goes);

        await Eventually.InTimeAsync(wait);
    }

    [Fact]
    public async Task A_wait_with_another_version_ends_at_once()
    {
        NodeStateStore store = Store();
        store.Apply("a", Verdict.Ready);

        await Eventually.InTimeAsync(store.WaitAsync("a", 12345, s_long, CancellationToken.None));
    }

    [Fact]
    public async Task A_wait_for_an_unknown_node_ends_when_the_node_is_created()
    {
        NodeStateStore store = Store();
        Task wait = store.WaitAsync("a", 0, s_long, CancellationToken.None);

        store.Apply("b", Verdict.Ready);
        Assert.False(wait.IsCompleted);
        store.Apply("a", Verdict.Ready);

        await Eventually.InTimeAsync(wait);
    }

    [Fact]
    public async Task A_wait_ends_when_its_node_is_forgotten_and_when_a_forgotten_node_returns()
    {
        NodeStateStore store = Store(RunningServer.Options with { RememberDeletedCount = 1 });
        store.Apply("a", Verdict.Ready);
        store.Remove("a");
        Task forgotten = store.WaitAsync("a", store.Find("a")!.Version, s_long, CancellationToken.None);
        store.Apply("b", Verdict.Ready);
        store.Remove("b");
        await Eventually.InTimeAsync(forgotten);
        Assert.Null(store.Find("a"));

        Task back = store.WaitAsync("a", 0, s_long, CancellationToken.None);
        store.Apply("a", Verdict.Ready);

        await Eventually.InTimeAsync(back);
    }

    [Fact]
    public async Task A_wait_ends_at_its_timeout_or_when_the_caller_or_the_store_ends()
    {
        NodeStateStore store = Store();
        store.Apply("a", Verdict.Ready);
        long version = store.Find("a")!.Version;
        using CancellationTokenSource caller = new();
        Task closed = store.WaitAsync("a", version, s_long, CancellationToken.None);
        Task unknown = store.WaitAsync("x", 0, s_long, CancellationToken.None);
        Task left = store.WaitAsync("a", version, s_long, caller.Token);

        await Eventually.InTimeAsync(store.WaitAsync("a", version, TimeSpan.FromMilliseconds(50), CancellationToken.None));
        await caller.CancelAsync();
        await Eventually.InTimeAsync(left);
        Assert.False(closed.IsCompleted);
        store.Close();

        await Eventually.InTimeAsync(Task.WhenAll(closed, unknown));
    }

    [Fact]
    public async Task No_wait_misses_a_change_that_happens_at_the_same_time()
    {
        NodeStateStore store = Store();
        store.Apply("a", Verdict.Ready);
        Task waiting = Task.Run(async () =>
        {
            long version = 0;
            for (int i = 0; i < 2000; i++)
            {
                await store.WaitAsync("a", version, s_long, CancellationToken.None);
                version = store.Find("a")!.Version;
            }
        });
        for (int i = 0; !waiting.IsCompleted; i++)
        {
            store.Apply("a", s_goes with { Signal = $"{i}" });
            await Task.Yield();
        }

        await Eventually.InTimeAsync(waiting);
    }

    private static void Complete(NodeStateStore store, params string[] names)
    {
        NodeListing listing = store.BeginListing();
        foreach (string name in names)
        {
            listing.Apply(name, Verdict.Ready);
        }

        _ = listing.Complete().Count();
    }

    private NodeStateStore Store(ServerOptions? options = null) => new(options ?? RunningServer.Options, _clock);
}
