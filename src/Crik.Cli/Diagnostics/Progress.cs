using System.Diagnostics;

namespace Crik.Diagnostics;

/// <summary>Logs how far a long task is and how long it will still take. Its owner calls <see cref="Report"/> every <see cref="Interval"/>.</summary>
/// <param name="what">The message for the log.</param>
/// <param name="total">About how many bytes the task has to process.</param>
/// <param name="done">Tells how many bytes it has processed.</param>
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
