using System.Collections.Concurrent;

namespace Crik.NodeStateServer.Callers;

/// <summary>
/// Remembers the results of reviews for a while, by the hashes of tokens. Accepted tokens have a place of their own, so
/// that no number of bad ones can push them out.
/// </summary>
internal sealed class KnownCallers(TimeProvider clock)
{
    /// <summary>How many accepted tokens, and how many others, are remembered.</summary>
    public const int Most = 20_000;

    private static readonly TimeSpan s_goodFor = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan s_badFor = TimeSpan.FromSeconds(10);

    /// <summary>The timestamps at which tokens were accepted. They stay there longer than they count.</summary>
    private readonly ConcurrentDictionary<string, long> _good = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, (CallerVerdict Verdict, long At)> _bad = new(StringComparer.Ordinal);

    /// <summary>Whether the API server accepted this token at its last review, however long ago.</summary>
    public bool WasGood(string key) => _good.ContainsKey(key);

    /// <returns>Null when the token has to be reviewed.</returns>
    public CallerVerdict? Find(string key) =>
        _good.TryGetValue(key, out long at) ? (clock.GetElapsedTime(at) < s_goodFor ? CallerVerdict.Allowed : null)
        : _bad.TryGetValue(key, out (CallerVerdict Verdict, long At) bad) && clock.GetElapsedTime(bad.At) < s_badFor ? bad.Verdict
        : null;

    /// <param name="verdict">What a review said: Allowed, Refused or Forbidden.</param>
    public void Remember(string key, CallerVerdict verdict)
    {
        long now = clock.GetTimestamp();
        if (verdict is CallerVerdict.Allowed)
        {
            MakeRoom(_good, at => clock.GetElapsedTime(at, now) >= s_goodFor);
            _good[key] = now;
            return;
        }

        MakeRoom(_bad, bad => clock.GetElapsedTime(bad.At, now) >= s_badFor);
        _bad[key] = (verdict, now);
        _good.TryRemove(key, out _);
    }

    /// <summary>Forgets what no longer counts, and everything when that is not enough. It is only reviewed again.</summary>
    private static void MakeRoom<T>(ConcurrentDictionary<string, T> entries, Func<T, bool> isOver)
    {
        if (entries.Count < Most)
        {
            return;
        }

        foreach ((string key, T entry) in entries)
        {
            if (isOver(entry))
            {
                entries.TryRemove(key, out _);
            }
        }

        if (entries.Count >= Most)
        {
            entries.Clear();
        }
    }
}
