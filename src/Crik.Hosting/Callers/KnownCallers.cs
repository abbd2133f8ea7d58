using System.Collections.Concurrent;

namespace Crik.Hosting.Callers;

/// <summary>
/// Remembers the results of reviews for a while, by the hashes of tokens and what was wanted. Accepted tokens have a place of
/// their own, so that no number of bad ones can push them out.
/// </summary>
internal sealed class KnownCallers(CallerMemory memory, TimeProvider clock)
{
    /// <summary>How many accepted tokens, and how many others, are remembered.</summary>
    public const int Most = 20_000;

    /// <summary>The tokens that were accepted, and when. They stay there longer than they count.</summary>
    private readonly ConcurrentDictionary<string, Result> _good = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Result> _others = new(StringComparer.Ordinal);

    /// <summary>Whether the API server accepted this token at its last review, however long ago.</summary>
    public bool WasGood(string key) => _good.ContainsKey(key);

    public KnownCaller Find(string key)
    {
        TimeSpan? age = _good.TryGetValue(key, out Result good) ? clock.GetElapsedTime(good.At) : null;
        if (age < memory.GoodFor)
        {
            return new KnownCaller(CallerVerdict.Allowed, false);
        }

        CallerVerdict? other = _others.TryGetValue(key, out Result result)
            && clock.GetElapsedTime(result.At) < (result.Verdict is CallerVerdict.CannotTell ? memory.NoAnswerFor : memory.BadFor) ? result.Verdict : null;
        return new KnownCaller(age < memory.GoodAtMost ? CallerVerdict.Allowed : other, other is null);
    }

    /// <param name="verdict">What a review said: Allowed, Refused or Forbidden.</param>
    public void Remember(string key, CallerVerdict verdict)
    {
        if (verdict is CallerVerdict.Allowed)
        {
            Add(_good, key, verdict);
            _others.TryRemove(key, out _);
            return;
        }

        Add(_others, key, verdict);
        _good.TryRemove(key, out _);
    }

    public void RememberNoAnswer(string key) => Add(_others, key, CallerVerdict.CannotTell);

    /// <summary>Forgets the oldest quarter when there is no room. They are only reviewed again.</summary>
    private void Add(ConcurrentDictionary<string, Result> results, string key, CallerVerdict verdict)
    {
        if (results.Count >= Most)
        {
            foreach ((string oldest, _) in results.ToArray().OrderBy(pair => pair.Value.At).Take(Most / 4))
            {
                results.TryRemove(oldest, out _);
            }
        }

        results[key] = new Result(verdict, clock.GetTimestamp());
    }

    private readonly record struct Result(CallerVerdict Verdict, long At);
}
