using System.Globalization;

namespace Crik.NodeStateServer.State;

/// <summary>
/// Sends every change to all subscriptions. Changes are numbered, so that a client that lost its connection can
/// continue where it was. A subscription that is too slow is ended, so that it does not delay the others.
/// </summary>
internal sealed class ChangeFeed
{
    /// <summary>How many changes are remembered. A client that missed more gets all nodes again.</summary>
    public const int Remembered = 4096;

    private readonly Lock _gate = new();
    private readonly NumberedAnswer[] _ring = new NumberedAnswer[Remembered];
    private readonly HashSet<ChangeSubscription> _subscriptions = [];

    /// <summary>Is part of every id, because the numbers mean nothing after a restart or on another replica.</summary>
    private readonly string _instance = Guid.NewGuid().ToString("n")[..12];

    private long _last;
    private bool _isClosed;

    public string IdOf(long number) => $"{_instance}-{number.ToString(CultureInfo.InvariantCulture)}";

    /// <param name="lastId">
    /// The id of the last change that the client has seen, as <see cref="IdOf"/> returned it. Null if it has seen none.
    /// </param>
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

    /// <returns>The changes after that id, or null when they are not all remembered.</returns>
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
