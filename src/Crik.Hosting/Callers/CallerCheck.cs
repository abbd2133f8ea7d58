using System.Collections.Concurrent;
using System.Net;

namespace Crik.Hosting.Callers;

/// <summary>
/// Decides who may ask. A caller needs a bearer token that the API server accepts for our audience, and rights. A token that
/// was accepted lately is answered at once, and reviewed again meanwhile, so that an API server that hangs delays nobody.
/// </summary>
/// <param name="audience">The audience that a token must have.</param>
/// <param name="notChecked">Hears why tokens could not be checked, at most once a minute.</param>
public sealed class CallerCheck(ICallerReviewer reviewer, string audience, CallerMemory memory, TimeProvider clock, Action<string> notChecked) : IDisposable
{
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(5);

    private readonly KnownCallers _known = new(memory, clock);
    private readonly ReviewQueue _queue = new();
    private readonly OnceAMinute _log = new(clock);

    /// <summary>The reviews that run or wait: those who come with the same token for the same right wait for the same review.</summary>
    private readonly ConcurrentDictionary<string, Lazy<Task<CallerVerdict>>> _reviews = new(StringComparer.Ordinal);

    /// <param name="authorization">The header of the request.</param>
    /// <param name="address">Where the caller is.</param>
    /// <param name="wanted">The rights that the owner of the token needs, all of them. None means that a good token is enough.</param>
    public ValueTask<CallerVerdict> CheckAsync(
        string? authorization, IPAddress address, IReadOnlyList<CallerAccess> wanted, CancellationToken cancellationToken)
    {
        if (CallerToken.Find(authorization, audience, clock.GetUtcNow()) is not { } token)
        {
            return ValueTask.FromResult(CallerVerdict.Refused);
        }

        Question question = new(token.Text, wanted, string.Join('\n', wanted.Select(static access => access.ToString()).Prepend(token.Key)));
        KnownCaller known = _known.Find(question.Key);
        Task<CallerVerdict>? review = known.IsToBeReviewed ? ReviewOf(question, address) : null;
        return known.Verdict is { } verdict ? ValueTask.FromResult(verdict) : new ValueTask<CallerVerdict>(review!.WaitAsync(cancellationToken));
    }

    public void Dispose() => _queue.Dispose();

    private Task<CallerVerdict> ReviewOf(Question question, IPAddress address) =>
        _reviews.GetOrAdd(question.Key, _ => new Lazy<Task<CallerVerdict>>(() => ReviewAsync(question, address))).Value;

    /// <summary>Several requests may wait for this, so none of them cancels it.</summary>
    private async Task<CallerVerdict> ReviewAsync(Question question, IPAddress address)
    {
        using CancellationTokenSource deadline = new(s_timeout);
        try
        {
            using IDisposable? place = await _queue.EnterAsync(_known.WasGood(question.Key), address, deadline.Token);
            if (place is null)
            {
                return CallerVerdict.Busy;
            }

            CallerVerdict verdict = await reviewer.ReviewAsync(question.Token, question.Wanted, deadline.Token);
            _known.Remember(question.Key, verdict);
            return verdict;
        }
        catch (OperationCanceledException)
        {
            return NoAnswer(question, $"the API server did not answer within {s_timeout.TotalSeconds} s");
        }
        catch (CallerReviewException failure)
        {
            return NoAnswer(question, failure.Message);
        }
        finally
        {
            _reviews.TryRemove(question.Key, out _);
        }
    }

    private CallerVerdict NoAnswer(Question question, string problem)
    {
        if (_log.MayTell())
        {
            notChecked(problem);
        }

        _known.RememberNoAnswer(question.Key);
        return CallerVerdict.CannotTell;
    }

    /// <summary>What a review is about.</summary>
    /// <param name="Key">The hash of the token, and what is wanted. Under this the result is remembered.</param>
    private sealed record Question(string Token, IReadOnlyList<CallerAccess> Wanted, string Key);
}
