namespace Crik.NodeStateServer.State;

/// <summary>
/// The place of one client in the <see cref="ChangeFeed"/>. It ends when the client is more than
/// <see cref="ChangeFeed.Remembered"/> changes behind.
/// </summary>
/// <param name="start">The number of the last change when the subscription began.</param>
/// <param name="continued">The number of the last change that the client has seen, or null when it must get all nodes.</param>
internal sealed class ChangeSubscription(ChangeFeed feed, TimeProvider clock, long start, long? continued)
{
    private long _read = continued ?? start;

    /// <summary>The number of the last change when the subscription began.</summary>
    public long Start => start;

    /// <summary>The number of the last change that was read, or that the client had before.</summary>
    public long LastRead => _read;

    /// <summary>Whether the client only needs the changes, because it has every node already.</summary>
    public bool IsContinued => continued is not null;

    public string IdOf(long number) => feed.IdOf(number);

    public FeedPosition Read(out NumberedAnswer change)
    {
        FeedPosition position = feed.Read(_read, out NodeAnswer? answer, out _);
        change = answer is null ? default : new NumberedAnswer(++_read, answer);
        return position;
    }

    /// <summary>Waits until there is something to read or the subscription is over.</summary>
    /// <returns>Whether that happened before the time was over.</returns>
    public async Task<bool> WaitAsync(TimeSpan atMost, CancellationToken cancellationToken)
    {
        if (feed.Read(_read, out _, out Task changed) is not FeedPosition.AtEnd)
        {
            return true;
        }

        await changed.WaitAsync(atMost, clock, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellationToken.ThrowIfCancellationRequested();
        return changed.IsCompleted;
    }
}
