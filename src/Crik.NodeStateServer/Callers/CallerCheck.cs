using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Crik.NodeStateServer.Configuration;

namespace Crik.NodeStateServer.Callers;

/// <summary>
/// Decides who may ask. By default everybody may. With --require-token, a caller needs a bearer token that the API
/// server accepts. Results are remembered for a while under the token's hash. An accepted token stays accepted while
/// the API server does not answer.
/// </summary>
internal sealed class CallerCheck(ITokenReviewer reviewer, ServerOptions options, TimeProvider clock, ILogger<CallerCheck> log) : IDisposable
{
    public const int Remembered = 20_000;

    private const string Scheme = "Bearer ";
    private static readonly TimeSpan s_goodFor = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan s_badFor = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<string, (bool IsGood, DateTimeOffset Until)> _known = new(StringComparer.Ordinal);

    /// <summary>Limits concurrent reviews, so that many unknown tokens do not overload the API server.</summary>
    private readonly SemaphoreSlim _reviews = new(16);

    public ValueTask<CallerVerdict> CheckAsync(string? authorization, CancellationToken cancellationToken)
    {
        if (!options.RequireToken)
        {
            return ValueTask.FromResult(CallerVerdict.Allowed);
        }

        if (authorization is null || !authorization.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) || authorization.Length == Scheme.Length)
        {
            return ValueTask.FromResult(CallerVerdict.Refused);
        }

        string token = authorization[Scheme.Length..].Trim();
        string key = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(token)));
        return _known.TryGetValue(key, out (bool IsGood, DateTimeOffset Until) known) && clock.GetUtcNow() < known.Until
            ? ValueTask.FromResult(known.IsGood ? CallerVerdict.Allowed : CallerVerdict.Refused)
            : new ValueTask<CallerVerdict>(ReviewAsync(token, key, known.IsGood, cancellationToken));
    }

    public void Dispose() => _reviews.Dispose();

    private async Task<CallerVerdict> ReviewAsync(string token, string key, bool wasGood, CancellationToken cancellationToken)
    {
        using CancellationTokenSource deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(s_timeout);
        try
        {
            await _reviews.WaitAsync(deadline.Token);
            try
            {
                bool isGood = await reviewer.IsGoodAsync(token, deadline.Token);
                Remember(key, isGood);
                return isGood ? CallerVerdict.Allowed : CallerVerdict.Refused;
            }
            finally
            {
                _reviews.Release();
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return NoAnswer($"the API server did not answer within {s_timeout.TotalSeconds} s", wasGood);
        }
        catch (TokenReviewException failure)
        {
            return NoAnswer(failure.Message, wasGood);
        }
    }

    private CallerVerdict NoAnswer(string problem, bool wasGood)
    {
        log.TokenNotChecked(problem);
        return wasGood ? CallerVerdict.Allowed : CallerVerdict.CannotTell;
    }

    private void Remember(string key, bool isGood)
    {
        DateTimeOffset now = clock.GetUtcNow();
        if (_known.Count >= Remembered)
        {
            foreach ((string old, (bool IsGood, DateTimeOffset Until) entry) in _known)
            {
                if (!entry.IsGood || entry.Until < now)
                {
                    _known.TryRemove(old, out _);
                }
            }

            if (_known.Count >= Remembered)
            {
                _known.Clear();
            }
        }

        _known[key] = (isGood, now + (isGood ? s_goodFor : s_badFor));
    }
}
