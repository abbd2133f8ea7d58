using Crik.Contracts;
using Crik.NodeStateServer.State;

namespace Crik.NodeStateServer.Tests.State;

public sealed class ChangeFeedTests
{
    private readonly ChangeFeed _feed = new();

    [Fact]
    public void A_new_subscription_gets_only_later_changes()
    {
        Publish(3);
        using ChangeSubscription listener = _feed.Subscribe(null);
        Publish(2);

        Assert.Null(listener.Missed);
        Assert.Equal(3, listener.At);
        Assert.Equal([4, 5], Read(listener));
    }

    [Fact]
    public void A_subscription_with_an_id_gets_the_changes_after_it()
    {
        Publish(5);
        using ChangeSubscription listener = _feed.Subscribe(_feed.IdOf(3));

        Assert.Equal([4, 5], listener.Missed!.Select(change => change.Number));
        Assert.Empty(_feed.Subscribe(_feed.IdOf(5)).Missed!);
    }

    [Theory]
    [InlineData("")]
    [InlineData("nonsense")]
    [InlineData("0123456789ab-3")]
    [InlineData("-")]
    public void A_foreign_id_means_that_all_nodes_are_sent(string id)
    {
        Publish(5);

        Assert.Null(_feed.Subscribe(id).Missed);
    }

    [Fact]
    public void An_id_that_is_too_new_or_too_old_means_that_all_nodes_are_sent()
    {
        Publish(ChangeFeed.Remembered + 5);

        Assert.Null(_feed.Subscribe(_feed.IdOf(ChangeFeed.Remembered + 6)).Missed);
        Assert.Null(_feed.Subscribe(_feed.IdOf(4)).Missed);
        Assert.Equal(ChangeFeed.Remembered, _feed.Subscribe(_feed.IdOf(5)).Missed!.Count);
    }

    [Fact]
    public void A_subscription_that_is_too_slow_is_ended_and_delays_nobody()
    {
        using ChangeSubscription slow = _feed.Subscribe(null);
        Publish(ChangeSubscription.Capacity + 1);
        using ChangeSubscription quick = _feed.Subscribe(null);
        Publish(1);

        Assert.Equal(ChangeSubscription.Capacity, Read(slow).Count);
        Assert.True(slow.Changes.Completion.IsCompleted);
        Assert.Single(Read(quick));
        Assert.False(quick.Changes.Completion.IsCompleted);
    }

    [Fact]
    public void After_Close_every_subscription_is_ended()
    {
        using ChangeSubscription before = _feed.Subscribe(null);
        _feed.Close();
        using ChangeSubscription after = _feed.Subscribe(null);

        Assert.True(before.Changes.Completion.IsCompleted);
        Assert.True(after.Changes.Completion.IsCompleted);
    }

    private static List<long> Read(ChangeSubscription listener)
    {
        List<long> numbers = [];
        while (listener.Changes.TryRead(out NumberedAnswer change))
        {
            numbers.Add(change.Number);
        }

        return numbers;
    }

    private void Publish(int count)
    {
        for (int i = 0; i < count; i++)
        {
            _feed.Publish(new NodeAnswer("a", NodeState.Ready, null, "", null, null));
        }
    }
}
