using System.Diagnostics;

namespace Crik.Diagnostics;

/// <summary>Says every few seconds how far something long has got.</summary>
/// <param name="what">For the log.</param>
/// <param name="total">Bytes there are to do, about.</param>
/// <param name="done">Bytes done.</param>
internal sealed class Progress(string what, long total, Func<long> done)
{
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(3);

    private readonly Stopwatch _clock = Stopwatch.StartNew();

    public void Report()
    {
        long bytes = Math.Min(done(), total);
        double share = total > 0 ? (double)bytes / total : 0;
        Log.Info(what, ("mib", bytes >> 20), ("ofMib", total >> 20), ("percent", (int)(share * 100)),
            ("secondsLeft", share > 0.01 ? (long)(_clock.Elapsed.TotalSeconds * (1 - share) / share) : "?"));
    }
}
