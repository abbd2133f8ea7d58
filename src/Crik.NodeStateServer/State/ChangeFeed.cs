using System.Globalization;

namespace Crik.NodeStateServer.State;

/// <summary>
/// Numbers every change and remembers the last ones in a ring, from which all subscriptions read. So a subscription that
/// is slow keeps nothing of its own and delays nobody, and a client that lost its connection can continue where it was.
/// </summary>
internal sealed class ChangeFeed(TimeProvider clock)
{
    /// <summary>How many changes are remembered. A client that missed more gets all nodes again.</summary>
    public const int Remembered = 16_384;

    private readonly Lock _gate = new();
    private readonly NodeAnswer[] _ring = new NodeAnswer[Remembered];

    /// <summary>Is part of every id, because the numbers mean nothing after a restart or on another replica.</summary>
    private readonly string _instance = Guid.NewGuid().ToString("n")[..12];

    private TaskCompletionSource? _next;
    private long _last;
    private bool _isClosed;

    public long Last => Volatile.Read(ref _last);

    public string IdOf(long number) => $"{_instance}-{number.ToString(CultureInfo.InvariantCulture)}";

    /// <param name="lastId">
    /// The id of the last change that the client has seen, as <see cref="IdOf"/> returned it. Null if it has seen none.
    /// </param>
    /// <returns>A subscription that continues there if all changes since then are remembered, else one that begins now.</returns>
    public ChangeSubscription Subscribe(string? lastId) =>
        Number(lastId) is { } seen && SubscribeAfter(seen) is { } continued ? continued : new ChangeSubscription(this, clock, Last, null);

    /// <returns>A subscription to the changes after that number, or null when they are not all remembered.</returns>
    public ChangeSubscription? SubscribeAfter(long number)
    {
        lock (_gate)
        {
            return number <= _last && _last - number <= Remembered ? new ChangeSubscription(this, clock, _last, number) : null;
        }
    }

    public void Publish(NodeAnswer answer)
    {
        TaskCompletionSource? next;
        lock (_gate)
        {
            _ring[(_last + 1) % Remembered] = answer;
            Volatile.Write(ref _last, _last + 1);
            (next, _next) = (_next, null);
        }

        next?.SetResult();
    }

    public void Close()
    {
        TaskCompletionSource? next;
        lock (_gate)
        {
            _isClosed = true;
            (next, _next) = (_next, null);
        }

        next?.SetResult();
    }

    /// <param name="changed">A task that completes at the next change.</param>
    /// <returns>What a subscription finds that has read everything up to that number.</returns>
    public FeedPosition Read(long number, out NodeAnswer? answer, out Task changed)
    {
        lock (_gate)
        {
            answer = null;
            changed = Task.CompletedTask;
            if (_last - number > Remembered)
            {
                return FeedPosition.Lost;
            }

            if (number < _last)
            {
                answer = _ring[(number + 1) % Remembered];
                return FeedPosition.Behind;
            }

            changed = (_next ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
            return _isClosed ? FeedPosition.Lost : FeedPosition.AtEnd;
        }
    }

    private long? Number(string? id) =>
        id?.Split('-') is [var instance, var digits] && instance == _instance
            && long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out long number)
            ? number
            : null;
}
