using System.Collections.Concurrent;
using System.Net;
using Crik.Hosting;
using Crik.NodeStateServer.Configuration;

namespace Crik.NodeStateServer.Callers;

/// <summary>
/// Decides who may ask. By default everybody may. With --require-token, a caller needs a bearer token that the API
/// server accepts for our audience, and the right to ask. A token that was accepted lately is answered at once, and
/// reviewed again meanwhile, so that an API server that hangs delays nobody.
/// </summary>
internal sealed class CallerCheck(ICallerReviewer reviewer, ServerOptions options, TimeProvider clock, ILogger<CallerCheck> log) : IDisposable
{
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(5);

    private readonly KnownCallers _known = new(clock);
    private readonly ReviewQueue _queue = new();
    private readonly OnceAMinute _log = new(clock);

    /// <summary>The reviews that run or wait, by token: those who come with the same token wait for the same review.</summary>
    private readonly ConcurrentDictionary<string, Lazy<Task<CallerVerdict>>> _reviews = new(StringComparer.Ordinal);

    /// <summary>The audience that a token must have.</summary>
    public string Audience => options.TokenAudience;

    /// <param name="address">Where the caller is.</param>
    public ValueTask<CallerVerdict> CheckAsync(string? authorization, IPAddress address, CancellationToken cancellationToken)
    {
        if (!options.RequireToken)
        {
            return ValueTask.FromResult(CallerVerdict.Allowed);
        }

        if (CallerToken.Find(authorization, options.TokenAudience, clock.GetUtcNow()) is not { } token)
        {
            return ValueTask.FromResult(CallerVerdict.Refused);
        }

        KnownCaller known = _known.Find(token.Key);
        Task<CallerVerdict>? review = known.IsToBeReviewed ? ReviewOf(token, address) : null;
        return known.Verdict is { } verdict ? ValueTask.FromResult(verdict) : new ValueTask<CallerVerdict>(review!.WaitAsync(cancellationToken));
    }

    public void Dispose() => _queue.Dispose();

    private Task<CallerVerdict> ReviewOf(CallerToken token, IPAddress address) =>
        _reviews.GetOrAdd(token.Key, _ => new Lazy<Task<CallerVerdict>>(() => ReviewAsync(token, address))).Value;

    /// <summary>Several requests may wait for this, so none of them cancels it.</summary>
    private async Task<CallerVerdict> ReviewAsync(CallerToken token, IPAddress address)
    {
        using CancellationTokenSource deadline = new(s_timeout);
        try
        {
            using IDisposable? place = await _queue.EnterAsync(_known.WasGood(token.Key), address, deadline.Token);
            if (place is null)
            {
                return CallerVerdict.Busy;
            }

            CallerVerdict verdict = await reviewer.ReviewAsync(token.Text, deadline.Token);
            _known.Remember(token.Key, verdict);
            return verdict;
        }
        catch (OperationCanceledException)
        {
            return NoAnswer(token, $"the API server did not answer within {s_timeout.TotalSeconds} s");
        }
        catch (CallerReviewException failure)
        {
            return NoAnswer(token, failure.Message);
        }
        finally
        {
            _reviews.TryRemove(token.Key, out _);
        }
    }

    private CallerVerdict NoAnswer(CallerToken token, string problem)
    {
        if (_log.MayTell())
        {
            log.TokenNotChecked(problem);
        }

        _known.RememberNoAnswer(token.Key);
        return CallerVerdict.CannotTell;
    }
}
