using System.Net;
using Crik.NodeStateServer.Configuration;

namespace Crik.NodeStateServer.Callers;

/// <summary>
/// Decides who may ask. By default everybody may. With --require-token, a caller needs a bearer token that the API
/// server accepts for our audience, and the right to ask. An accepted token stays accepted while the API server does
/// not answer.
/// </summary>
internal sealed class CallerCheck(ICallerReviewer reviewer, ServerOptions options, TimeProvider clock, ILogger<CallerCheck> log) : IDisposable
{
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(5);

    private readonly KnownCallers _known = new(clock);
    private readonly ReviewQueue _queue = new();

    /// <summary>The audience that a token must have.</summary>
    public string Audience => options.TokenAudience;

    /// <param name="address">Where the caller is.</param>
    public ValueTask<CallerVerdict> CheckAsync(string? authorization, IPAddress? address, CancellationToken cancellationToken) =>
        !options.RequireToken ? ValueTask.FromResult(CallerVerdict.Allowed)
        : CallerToken.Find(authorization, options.TokenAudience, clock.GetUtcNow()) is not { } token ? ValueTask.FromResult(CallerVerdict.Refused)
        : _known.Find(token.Key) is { } verdict ? ValueTask.FromResult(verdict)
        : new ValueTask<CallerVerdict>(ReviewAsync(token, address, cancellationToken));

    public void Dispose() => _queue.Dispose();

    private async Task<CallerVerdict> ReviewAsync(CallerToken token, IPAddress? address, CancellationToken cancellationToken)
    {
        bool wasGood = _known.WasGood(token.Key);
        using CancellationTokenSource deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(s_timeout);
        try
        {
            using IDisposable? place = await _queue.EnterAsync(wasGood, address, deadline.Token);
            if (place is null)
            {
                return CallerVerdict.Busy;
            }

            CallerVerdict verdict = await reviewer.ReviewAsync(token.Text, deadline.Token);
            _known.Remember(token.Key, verdict);
            return verdict;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return NoAnswer($"the API server did not answer within {s_timeout.TotalSeconds} s", wasGood);
        }
        catch (CallerReviewException failure)
        {
            return NoAnswer(failure.Message, wasGood);
        }
    }

    private CallerVerdict NoAnswer(string problem, bool wasGood)
    {
        log.TokenNotChecked(problem);
        return wasGood ? CallerVerdict.Allowed : CallerVerdict.CannotTell;
    }
}
