using System.Globalization;

namespace Crik.Bench;

/// <summary>
/// Prints a table with a column for each size of cluster, and says which goals the largest size meets.
/// </summary>
internal static class Report
{
    public const double MemoryGoal = 64;
    public const double LatencyGoal = 5;
    public const double RateGoal = 20_000;

    public static void Print(IReadOnlyList<Measurement> all)
    {
        Row("Nodes", all, one => $"{one.Nodes}");
        Console.WriteLine($"|---|{string.Concat(Enumerable.Repeat("---:|", all.Count))}");
        Row("size of a Node, KB", all, one => Number(one.NodeBytes / 1000.0));
        Row("from the start to ready, s", all, one => Number(one.FirstSync.TotalSeconds));
        Row("resident memory, MiB", all, one => Number(one.Memory));
        Row("from event to answer, p50 / p99, ms", all, one => $"{Milliseconds(one.EventToAnswer.Half)} / {Milliseconds(one.EventToAnswer.Most)}");
        Row("GET/s on one core", all, one => one.GetsPerSecond.ToString("0", CultureInfo.InvariantCulture));
        Row("resident memory after the GETs, MiB", all, one => Number(one.MemoryAfterGets));
        Row("open long-polls", all, one => $"{one.Polls}");
        Row("resident memory with long-polls, MiB", all, one => Number(one.MemoryWithPolls));
        Row("memory for one long-poll, KiB", all, one => Number((one.MemoryWithPolls - one.Memory) * 1024 / one.Polls));
        Row("processor in a minute of waiting, s", all, one => Number(one.ProcessorPerIdleMinute.TotalSeconds));
        Row("the same with long-polls, p50 / p99, ms", all, one => $"{Milliseconds(one.EventToAnswerWithPolls.Half)} / {Milliseconds(one.EventToAnswerWithPolls.Most)}");
        Row("from SIGTERM to exit with long-polls, s", all, one => Number(one.Shutdown.TotalSeconds));
        Row("long-polls answered before the exit", all, one => $"{one.AnsweredAtShutdown} of {one.Polls}");

        Measurement largest = all[^1];
        Console.WriteLine();
        Goal($"resident memory with {largest.Nodes} Nodes", largest.Memory, MemoryGoal, "MiB", atMost: true);
        Goal("time from event to answer, p99", largest.EventToAnswer.Most.TotalMilliseconds, LatencyGoal, "ms", atMost: true);
        Goal($"the same with {largest.Polls} long-polls", largest.EventToAnswerWithPolls.Most.TotalMilliseconds, LatencyGoal, "ms", atMost: true);
        Goal("GET/s on one core", largest.GetsPerSecond, RateGoal, "", atMost: false);
        if (all.Count > 1)
        {
            double perNode = (largest.Memory - all[0].Memory) * 1024 * 1024 / (largest.Nodes - all[0].Nodes);
            Console.WriteLine($"the memory grows by {Number(perNode)} bytes for each Node, and by {Number((largest.MemoryWithPolls - largest.Memory) * 1024 / largest.Polls)} KiB for each long-poll");
        }
    }

    private static void Row(string name, IReadOnlyList<Measurement> all, Func<Measurement, string> value) =>
        Console.WriteLine($"| {name,-42} | {string.Join(" | ", all.Select(one => $"{value(one),15}"))} |");

    private static void Goal(string name, double value, double goal, string unit, bool atMost) =>
        Console.WriteLine($"{((atMost ? value <= goal : value >= goal) ? "met" : "MISSED")}: {name}: {Number(value)} {unit}, goal {(atMost ? "at most" : "at least")} {goal} {unit}");

    private static string Number(double value) => value.ToString("0.0#", CultureInfo.InvariantCulture);

    private static string Milliseconds(TimeSpan time) => time.TotalMilliseconds.ToString("0.00", CultureInfo.InvariantCulture);
}
