using System.Globalization;
using System.Threading.Channels;

namespace Crik.NodeStateServer.State;

/// <summary>
/// Hands every change to everyone who listens, numbered, so that a listener who was cut off can go on where he was. Whoever
/// does not keep up is cut off, not waited for.
/// </summary>
internal sealed class ChangeFeed
{
    /// <summary>How far back a listener can go on; who was away for longer gets everything.</summary>
    public const int Remembered = 4096;

    private readonly Lock _gate = new();
    private readonly NumberedAnswer[] _ring = new NumberedAnswer[Remembered];
    private readonly HashSet<ChangeSubscription> _subscriptions = [];

    /// <summary>Numbers are this process's own: after a restart, or on another replica, they mean nothing.</summary>
    private readonly string _instance = Guid.NewGuid().ToString("n")[..12];

    private long _last;
    private bool _isClosed;

    public string IdOf(long number) => $"{_instance}-{number.ToString(CultureInfo.InvariantCulture)}";

    /// <param name="lastId">What the listener saw last, as <see cref="IdOf"/> gave it; null for one who saw nothing.</param>
    public ChangeSubscription Subscribe(string? lastId)
    {
        lock (_gate)
        {
            ChangeSubscription subscription = new(this, _last, Missed(lastId));
            _subscriptions.Add(subscription);
            if (_isClosed)
            {
                subscription.End();
            }

            return subscription;
        }
    }

    public void Unsubscribe(ChangeSubscription subscription)
    {
        lock (_gate)
        {
            _subscriptions.Remove(subscription);
        }
    }

    public void Publish(NodeAnswer answer)
    {
        lock (_gate)
        {
            NumberedAnswer change = new(++_last, answer);
            _ring[change.Number % Remembered] = change;
            foreach (ChangeSubscription subscription in _subscriptions)
            {
                subscription.Offer(change);
            }
        }
    }

    public void Close()
    {
        lock (_gate)
        {
            _isClosed = true;
            foreach (ChangeSubscription subscription in _subscriptions)
            {
                subscription.End();
            }
        }
    }

    /// <returns>Null when that cannot be told.</returns>
    private NumberedAnswer[]? Missed(string? lastId)
    {
        if (lastId?.Split('-') is not [var instance, var digits]
            || instance != _instance
            || !long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out long seen)
            || seen > _last
            || _last - seen > Remembered)
        {
            return null;
        }

        NumberedAnswer[] missed = new NumberedAnswer[_last - seen];
        for (int i = 0; i < missed.Length; i++)
        {
            missed[i] = _ring[(seen + 1 + i) % Remembered];
        }

        return missed;
    }
}

internal readonly record struct NumberedAnswer(long Number, NodeAnswer Answer);

/// <summary>One listener's changes, at most <see cref="Capacity"/> behind.</summary>
/// <param name="at">The number of the last change before the first of <see cref="Changes"/>.</param>
/// <param name="missed">What the listener missed before that, or null when it has to begin anew.</param>
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
