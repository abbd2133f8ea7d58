using System.Threading.Channels;

namespace Crik.NodeStateServer.State;

/// <summary>The changes for one client. It is ended when the client is <see cref="Capacity"/> changes behind.</summary>
/// <param name="at">The number of the last change before the first one in <see cref="Changes"/>.</param>
/// <param name="missed">The changes that the client missed before that, or null when it must get all nodes.</param>
internal sealed class ChangeSubscription(ChangeFeed feed, long at, IReadOnlyList<NumberedAnswer>? missed) : IDisposable
{
    public const int Capacity = 16_384;

    private readonly Channel<NumberedAnswer> _changes = Channel.CreateBounded<NumberedAnswer>(
        new BoundedChannelOptions(Capacity) { SingleReader = true, SingleWriter = true });

    public long At => at;

    public IReadOnlyList<NumberedAnswer>? Missed => missed;

    public ChannelReader<NumberedAnswer> Changes => _changes.Reader;

    public string IdOf(long number) => feed.IdOf(number);

    public void Offer(NumberedAnswer change)
    {
        if (!_changes.Writer.TryWrite(change))
        {
            End();
        }
    }

    public void End() => _changes.Writer.TryComplete();

    public void Dispose() => feed.Unsubscribe(this);
}
