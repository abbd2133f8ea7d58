namespace Crik.Registry.Pushing;

/// <summary>Decides whether something that failed is tried again, and waits until then.</summary>
internal sealed class Perseverance(RegistryOptions options)
{
    private readonly RepositoryPatience _patience = options.Patience;
    private long _lastSuccess = options.Time.GetTimestamp();
    private int _failures;

    /// <summary>Something has moved: the time is counted anew.</summary>
    public void Moved() => _lastSuccess = options.Time.GetTimestamp();

    /// <summary>What failed works again: failures and time are counted anew.</summary>
    public void Succeeded()
    {
        _failures = 0;
        Moved();
    }

    /// <inheritdoc cref="AfterAsync(RegistryException, TimeSpan?, CancellationToken)"/>
    public Task AfterAsync(RepositoryAnswer answer, CancellationToken cancellationToken) => AfterAsync(answer.Failure!, answer.RetryAfter, cancellationToken);

    /// <summary>Waits before the next try.</summary>
    /// <exception cref="RegistryException">There is none: too many have failed, or nothing has moved for too long.</exception>
    public Task AfterAsync(RegistryException failure, TimeSpan? requested, CancellationToken cancellationToken)
    {
        _failures++;
        TimeSpan still = options.Time.GetElapsedTime(_lastSuccess);
        if (_failures >= _patience.Tries || still >= _patience.Standstill)
        {
            throw new RegistryException(failure.Failure, $"{failure.Message} ({_failures} tries, {still.TotalSeconds:0.#} s without progress)", failure);
        }

        return Task.Delay(Pause(_patience, _failures, requested, Random.Shared.NextDouble()), options.Time, cancellationToken);
    }

    /// <param name="failures">In a row, at least one.</param>
    /// <param name="requested">The Retry-After of the registry. The pause is as long, up to the longest.</param>
    /// <param name="chance">Between zero and one, so that not all who push come back at the same time.</param>
    public static TimeSpan Pause(RepositoryPatience patience, int failures, TimeSpan? requested, double chance)
    {
        double whole = patience.FirstPause.TotalMilliseconds * Math.Pow(2, Math.Min(failures - 1, 30));
        double pause = Math.Max(whole / 2 + whole / 2 * chance, requested?.TotalMilliseconds ?? 0);
        return TimeSpan.FromMilliseconds(Math.Min(pause, patience.LongestPause.TotalMilliseconds));
    }
}
