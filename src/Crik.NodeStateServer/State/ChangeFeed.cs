using System.Collections.Immutable;
using System.Threading.Channels;

namespace Crik.NodeStateServer.State;

/// <summary>Hands every change to everyone who listens. Whoever does not keep up is cut off, not waited for.</summary>
internal sealed class ChangeFeed
{
    private ImmutableArray<ChangeSubscription> _subscriptions = [];

    public ChangeSubscription Subscribe()
    {
        ChangeSubscription subscription = new(this);
        ImmutableInterlocked.Update(ref _subscriptions, static (all, one) => all.Add(one), subscription);
        return subscription;
    }

    public void Unsubscribe(ChangeSubscription subscription) =>
        ImmutableInterlocked.Update(ref _subscriptions, static (all, one) => all.Remove(one), subscription);

    public void Publish(NodeAnswer answer)
    {
        foreach (ChangeSubscription subscription in _subscriptions)
        {
            subscription.Offer(answer);
        }
    }
}

/// <summary>One listener's changes, at most <see cref="Capacity"/> behind.</summary>
internal sealed class ChangeSubscription(ChangeFeed feed) : IDisposable
{
    public const int Capacity = 16_384;

    private readonly Channel<NodeAnswer> _changes = Channel.CreateBounded<NodeAnswer>(
        new BoundedChannelOptions(Capacity) { SingleReader = true, SingleWriter = true });

    public ChannelReader<NodeAnswer> Changes => _changes.Reader;

    public void Offer(NodeAnswer answer)
    {
        if (!_changes.Writer.TryWrite(answer))
        {
            _changes.Writer.TryComplete();
        }
    }

    public void Dispose() => feed.Unsubscribe(this);
}
