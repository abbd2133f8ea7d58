using System.Diagnostics;

namespace Crik.Diagnostics;

/// <summary>An amount of work: bytes to read or write, and processes to make.</summary>
internal readonly record struct Work(long Bytes, int Processes = 0)
{
    /// <summary>Making a process takes criu about 2 ms: as long as reading this many bytes from an ordinary volume.</summary>
    private const long BytesForProcess = 1 << 20;

    /// <summary>How much of this work is done, from 0 to less than 1, because what comes last is not counted.</summary>
    public double Share(Work done)
    {
        double total = Bytes + ((double)Processes * BytesForProcess);
        double sum = Math.Min(done.Bytes, Bytes) + ((double)Math.Min(done.Processes, Processes) * BytesForProcess);
        return total > 0 ? Math.Min(sum / total, 0.99) : 0;
    }
}

/// <summary>Logs how far a long task is and how long it will still take. Its owner calls <see cref="Report"/> every <see cref="Interval"/>.</summary>
/// <param name="kind">The event that each of these lines is.</param>
/// <param name="what">The message for the log.</param>
/// <param name="total">About how much the task has to do.</param>
/// <param name="done">Tells how much it has done.</param>
internal sealed class Progress(Event kind, string what, Work total, Func<Work> done)
{
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(3);

    private readonly Stopwatch _clock = Stopwatch.StartNew();

    public void Report()
    {
        Work now = done();
        double share = total.Share(now);
        (string, object?)[] processes = total.Processes > 1 ? [("processes", Math.Min(now.Processes, total.Processes)), ("ofProcesses", total.Processes)] : [];
        Log.Info(kind, what,
        [
            ("mib", Math.Min(now.Bytes, total.Bytes) >> 20), ("ofMib", total.Bytes >> 20), .. processes, ("percent", (int)(share * 100)),
            ("secondsLeft", share > 0.01 ? (long)Math.Ceiling(_clock.Elapsed.TotalSeconds * (1 - share) / share) : "?"),
        ]);
    }
}
