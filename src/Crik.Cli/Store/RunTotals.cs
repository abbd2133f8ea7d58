namespace Crik.Store;

/// <summary>
/// The figures that belong to an image directory and not to one run: what became of checkpoints and restores, and how the last checkpoint
/// went, which usually ended its run. The run record keeps them, so that the next run can show them.
/// </summary>
internal sealed class RunTotals
{
    /// <summary>The largest number that every reader of JSON and of Prometheus' text takes exactly. A counter stops there.</summary>
    public const long Most = 1L << 53;

    public static readonly string[] CheckpointResults = ["committed", "failed", "interrupted"];
    public static readonly string[] CheckpointReasons = ["sigterm", "interval", "signal", "order", "node-warning"];
    public static readonly string[] RestoreResults = ["restored", "fresh", "failed", "interrupted"];
    public static readonly string[] RestoreReasons = ["checkpointed", "crashed", "rolled-back", "always"];
    public static readonly string[] Problems = ["checkpoint-failed", "restore-failed", "checkpoint-set-aside", "loop-stopped"];
    public static readonly string[] CheckpointSteps = ["preparing", "freezing", "dumping", "copying", "releasing", "syncing", "committing"];

    /// <summary>The parts of a checkpoint on the disk: the program's memory, criu's other images, and the archive of files.</summary>
    public static readonly string[] Parts = ["memory", "images", "files"];

    /// <summary>The name of each figure in the run record. A name never changes its meaning; figures may be added anywhere.</summary>
    private static readonly string[] s_names =
    [
        .. Pairs("checkpoints", CheckpointResults, CheckpointReasons), .. Pairs("restores", RestoreResults, RestoreReasons),
        .. Prefixed("lastMs", Problems), .. Prefixed("stepMs", CheckpointSteps), .. Prefixed("bytes", Parts),
        "lastCheckpointMs", "checkpointMs", "frozenMs", "generation", "setAside", "loopsStopped",
    ];

    private static readonly int s_restores = CheckpointResults.Length * CheckpointReasons.Length;
    private static readonly int s_problems = s_restores + (RestoreResults.Length * RestoreReasons.Length);
    private static readonly int s_steps = s_problems + Problems.Length;
    private static readonly int s_bytes = s_steps + CheckpointSteps.Length;
    private static readonly int s_single = s_bytes + Parts.Length;

    private readonly long[] _values;

    private RunTotals(long[] values) => _values = values;

    public static RunTotals None { get; } = new(new long[s_names.Length]);

    public static IReadOnlyList<string> Names => s_names;

    /// <summary>When the last checkpoint was committed, in milliseconds since 1970; 0 for never.</summary>
    public long LastCheckpointMs => _values[s_single];

    /// <summary>How long the last checkpoint took in all, with attempts that failed.</summary>
    public long CheckpointMs => _values[s_single + 1];

    /// <summary>How long the program stood still for it.</summary>
    public long FrozenMs => _values[s_single + 2];

    /// <summary>The number of the newest checkpoint; 0 when there is none.</summary>
    public long Generation => _values[s_single + 3];

    /// <summary>How many checkpoints could not be restored and were set aside.</summary>
    public long SetAside => _values[s_single + 4];

    /// <summary>How often a state was given up because the runs that were restored from it ended early.</summary>
    public long LoopsStopped => _values[s_single + 5];

    /// <summary>The figure with the name at the same place of <see cref="Names"/>.</summary>
    public long this[int index] => _values[index];

    /// <summary>Takes figures that somebody read, in the order of <see cref="Names"/>. One that no run can have counts as 0.</summary>
    public static RunTotals Of(long[] values)
    {
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = values[i] is >= 0 and <= Most ? values[i] : 0;
        }

        return new RunTotals(values);
    }

    public long Checkpoints(int result, int reason) => _values[(result * CheckpointReasons.Length) + reason];

    public long Restores(int result, int reason) => _values[s_restores + (result * RestoreReasons.Length) + reason];

    /// <summary>When the problem last came up, in milliseconds since 1970; 0 for never.</summary>
    public long LastMs(int problem) => _values[s_problems + problem];

    public long StepMs(int step) => _values[s_steps + step];

    public long Bytes(int part) => _values[s_bytes + part];

    /// <summary>Begins a run in an image directory whose newest checkpoint has this number.</summary>
    public RunTotals WithGeneration(int newest) => Change(values => values[s_single + 3] = newest);

    public RunTotals Count(CheckpointReason reason, CheckpointResult result, DateTimeOffset now) => Change(values =>
    {
        Add(values, ((int)result * CheckpointReasons.Length) + (int)reason, 1);
        Note(values, RunProblem.CheckpointFailed, result == CheckpointResult.Failed ? 1 : 0, now);
    });

    public RunTotals Count(RestoreReason reason, RestoreResult result, DateTimeOffset now) => Change(values =>
    {
        Add(values, s_restores + ((int)result * RestoreReasons.Length) + (int)reason, 1);
        Note(values, RunProblem.RestoreFailed, result == RestoreResult.Failed ? 1 : 0, now);
    });

    public RunTotals CountSetAside(int checkpoints, DateTimeOffset now) => Change(values =>
    {
        Add(values, s_single + 4, checkpoints);
        Note(values, RunProblem.CheckpointSetAside, checkpoints, now);
    });

    public RunTotals CountLoop(DateTimeOffset now) => Change(values =>
    {
        Add(values, s_single + 5, 1);
        Note(values, RunProblem.LoopStopped, 1, now);
    });

    public RunTotals WithCheckpoint(int generation, CheckpointFigures figures, DateTimeOffset now) => Change(values =>
    {
        values[s_single] = now.ToUnixTimeMilliseconds();
        values[s_single + 1] = (long)figures.Took.TotalMilliseconds;
        values[s_single + 2] = (long)figures.Frozen.TotalMilliseconds;
        values[s_single + 3] = generation;
        for (int step = 0; step < CheckpointSteps.Length; step++)
        {
            values[s_steps + step] = (long)figures.Steps[step].TotalMilliseconds;
        }

        figures.Size.Parts.CopyTo(values, s_bytes);
    });

    private static void Add(long[] values, int index, int count) => values[index] = Math.Min(values[index] + count, Most);

    private static void Note(long[] values, RunProblem problem, int count, DateTimeOffset now) =>
        values[s_problems + (int)problem] = count > 0 ? now.ToUnixTimeMilliseconds() : values[s_problems + (int)problem];

    private static IEnumerable<string> Prefixed(string prefix, string[] names) => names.Select(name => $"{prefix}.{name}");

    private static IEnumerable<string> Pairs(string prefix, string[] first, string[] second) =>
        first.SelectMany(one => Prefixed($"{prefix}.{one}", second));

    private RunTotals Change(Action<long[]> change)
    {
        long[] values = (long[])_values.Clone();
        change(values);
        return new RunTotals(values);
    }
}
