using Crik.Contracts;
using Crik.NodeStateServer.State;

namespace Crik.NodeStateServer.Tests.State;

public sealed class ChangeFeedTests
{
    private readonly ChangeFeed _feed = new(TimeProvider.System);

    [Fact]
    public void A_new_subscription_gets_only_later_changes()
    {
        Publish(3);
        ChangeSubscription listener = _feed.Subscribe(null);
        Publish(2);

        Assert.False(listener.IsContinued);
        Assert.Equal(3, listener.Start);
        Assert.Equal([4, 5], Read(listener));
    }

    [Fact]
    public void A_subscription_with_an_id_or_a_number_gets_the_changes_after_it()
    {
        Publish(5);
        ChangeSubscription listener = _feed.Subscribe(_feed.IdOf(3));

        Assert.True(listener.IsContinued);
        Assert.Equal([4, 5], Read(listener));
        Assert.Equal([4, 5], Read(_feed.SubscribeAfter(3)!));
        Assert.Empty(Read(_feed.Subscribe(_feed.IdOf(5))));
    }

    [Theory]
    [InlineData("")]
    [InlineData("nonsense")]
    [InlineData("0123456789ab-3")]
    [InlineData("-")]
    public void A_foreign_id_means_that_all_nodes_are_sent(string id)
    {
        Publish(5);

        Assert.False(_feed.Subscribe(id).IsContinued);
    }

    [Fact]
    public void An_id_that_is_too_new_or_too_old_means_that_all_nodes_are_sent()
    {
        Publish(ChangeFeed.Remembered + 5);

        Assert.False(_feed.Subscribe(_feed.IdOf(ChangeFeed.Remembered + 6)).IsContinued);
        Assert.False(_feed.Subscribe(_feed.IdOf(4)).IsContinued);
        Assert.Null(_feed.SubscribeAfter(4));
        Assert.Equal(ChangeFeed.Remembered, Read(_feed.Subscribe(_feed.IdOf(5))).Count);
    }

    [Fact]
    public void A_subscription_that_is_too_slow_is_ended_and_delays_nobody()
    {
        ChangeSubscription slow = _feed.Subscribe(null);
        Publish(ChangeFeed.Remembered + 1);
        ChangeSubscription quick = _feed.Subscribe(null);
        Publish(1);

        Assert.Empty(Read(slow));
        Assert.Equal(FeedPosition.Lost, slow.Read(out _));
        Assert.Single(Read(quick));
        Assert.Equal(FeedPosition.AtEnd, quick.Read(out _));
    }

    [Fact]
    public async Task A_wait_ends_at_the_next_change_or_when_its_time_is_over()
    {
        ChangeSubscription listener = _feed.Subscribe(null);
        Assert.False(await listener.WaitAsync(TimeSpan.FromMilliseconds(20), CancellationToken.None));

        Task<bool> wait = listener.WaitAsync(TimeSpan.FromMinutes(5), CancellationToken.None);
        Publish(1);

        Assert.True(await Eventually.InTimeAsync(wait));
        Assert.True(await listener.WaitAsync(TimeSpan.FromMinutes(5), CancellationToken.None));
    }

    [Fact]
    public async Task After_Close_every_subscription_is_ended()
    {
        ChangeSubscription before = _feed.Subscribe(null);
        Task<bool> wait = before.WaitAsync(TimeSpan.FromMinutes(5), CancellationToken.None);
        _feed.Close();
        ChangeSubscription after = _feed.Subscribe(null);

        await Eventually.InTimeAsync(wait);
        Assert.Equal((FeedPosition.Lost, FeedPosition.Lost), (before.Read(out _), after.Read(out _)));
    }

    private static List<long> Read(ChangeSubscription listener)
    {
        List<long> numbers = [];
        while (listener.Read(out NumberedAnswer change) is FeedPosition.Behind)
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
