using Crik.Contracts;

namespace Crik.Configuration;

/// <summary>
/// The one table of keys. The configuration file, the environment and the help text go by it; tests hold the JSON schema, the example
/// and the reference against it.
/// </summary>
internal static class OptionKeys
{
    private const string Disrupted = "disrupted";

    private static readonly string[] s_causes = [.. NodeStateNames.All.Where(state => state != NodeState.Unknown).Select(state => state.ToWireName()), Disrupted];

    public static IReadOnlyList<OptionKey> All { get; } =
    [
        Path("imageDir", "The directory for checkpoints, on a volume that outlives the pod. Without it crik is a plain init.",
            (o, v) => o with { ImageDir = v }, path => path == "/" ? "must be a directory of its own, not '/'"
                : ByteStrings.IsText(path) ? null : $"must be UTF-8 text, not '{ByteStrings.Printable(path)}'"), // .NET would open another directory
        Integer("imageDirSlots", "How many pods share imageDir, each with a slot of its own: the replicas of a Deployment. 0: it is for one pod.",
            "0", 0, CrikOptions.MostSlots, (o, v) => o with { ImageDirSlots = v }),
        Of<Uri>("nodeStateServerURL", OptionKind.Url, "The server that says whether the node goes away. Without it every SIGTERM makes a checkpoint.",
            null, OptionValues.ReadUrl, (o, v) => o with { NodeStateServerUrl = v }),
        Choice<NodeStateSource>("nodeStateSource",
            "Who is asked about the node. auto: the server, when it has an address. A cloud's name: the cloud's metadata service.",
            "auto", ["auto", "server", "ec2", "gce", "azure", "none"], (o, v) => o with { NodeStateSource = v }),
        Time("nodeStateTimeout", "How long crik waits, after SIGTERM, for news that the node goes away.",
            "1s", (o, v) => o with { NodeStateTimeout = v }),
        Choice<WhenNodeStateUnknown>("whenNodeStateUnknown", "What SIGTERM means when nobody answered.",
            "checkpoint", ["checkpoint", "forward"], (o, v) => o with { WhenNodeStateUnknown = v }),
        ListOf("checkpointOn", OptionKind.ChoiceList, "The states of the node in which SIGTERM makes a checkpoint. disrupted: the pod is evicted or preempted.",
            OptionValues.ReadOneOf(s_causes), (o, v) => o with
            {
                CheckpointOn = [.. v.Where(cause => cause != Disrupted).Select(cause => NodeStateNames.TryParse(cause, out NodeState state) ? state : NodeState.Unknown)],
                CheckpointOnDisruption = v.Contains(Disrupted),
            })
            with { Choices = s_causes, DefaultText = "[shutting-down, cordoned, gone, disrupted]" },
        Path("nodeStateTokenFile", "A file with a bearer token for the node state server.", (o, v) => o with { NodeStateTokenFile = v }),
        Path("nodeStateServerCAFile", "The certificates (PEM) of the authorities that may have signed the node state server's. Without it: those of the image.",
            (o, v) => o with { NodeStateServerCaFile = v }),
        Text("onNodeWarning", "A shell command that runs when the node begins to go away, before SIGTERM.", (o, v) => o with { OnNodeWarning = v }),
        Flag("checkpointOnWarning", "Make a checkpoint at that moment. The program continues to run.", (o, v) => o with { CheckpointOnWarning = v }),
        Time("checkpointInterval", "The time between checkpoints that leave the program running. 0s: none.",
            "0s", (o, v) => o with { CheckpointInterval = v },
            time => time > TimeSpan.Zero && time < TimeSpan.FromSeconds(1) ? "must be at least 1s, or 0s for none" : null),
        SignalName("checkpointSignal", "A signal that makes such a checkpoint when crik gets it. The program does not get it.",
            (o, v) => o with { CheckpointSignal = v },
            signal => signal is Signal.SIGTERM or Signal.SIGKILL or Signal.SIGSTOP or Signal.SIGCHLD ? $"cannot be {Signal.Name(signal)}" : null),
        Text("hooks.beforeCheckpoint", "A shell command that runs before each checkpoint.", (o, v) => o with { BeforeCheckpoint = v }),
        Text("hooks.afterCheckpoint", "A shell command that runs after each checkpoint that was committed.", (o, v) => o with { AfterCheckpoint = v }),
        Text("hooks.afterRestore", "A shell command that runs after a restore.", (o, v) => o with { AfterRestore = v }),
        Choice<WhenHookFails>("whenHookFails", "Whether crik makes the checkpoint although hooks.beforeCheckpoint failed.",
            "goOn", ["goOn", "giveUp"], (o, v) => o with { WhenHookFails = v }),
        SignalName("restoredSignal", "A signal that a restored program gets before anything else.", (o, v) => o with { RestoredSignal = v }),
        Path("restoredFile", "A file that tells a restored program its new pod's name and environment, and how long it was away.",
            (o, v) => o with { RestoredFile = v }),
        Choice<WhenClockJumps>("whenClockJumps", "What to do when CLOCK_MONOTONIC would go back for the program.",
            "warn", ["warn", "startFresh", "fail"], (o, v) => o with { WhenClockJumps = v }),
        Time("hookTimeout", "How long each of these commands may take.", "10s", (o, v) => o with { HookTimeout = v }, AtLeastOneSecond),
        Paths("additionalPaths", "Files and directories that crik copies with each checkpoint and puts back before a restore.",
            (o, v) => o with { AdditionalPaths = v }),
        Paths("inotifyIncompatiblePaths", "Where crik looks first for files that the program watches.",
            (o, v) => o with { InotifyIncompatiblePaths = v }),
        Integer("keep", "How many checkpoints to keep.", "2", 1, CrikOptions.MaxKeep, (o, v) => o with { Keep = v }),
        Time("gracePeriod", "The pod's terminationGracePeriodSeconds.", "30s", (o, v) => o with { GracePeriod = v }, AtLeastOneSecond),
        Time("preStopTime", "How long the container's preStop hook takes. The kubelet takes it from the grace period.",
            "0s", (o, v) => o with { PreStopTime = v }),
        Time("nodeShutdownGracePeriod", "The grace period that a node leaves its pods when it shuts down. 0s: the pod's own.",
            "0s", (o, v) => o with { NodeShutdownGracePeriod = v },
            time => time > TimeSpan.Zero && time < TimeSpan.FromSeconds(1) ? "must be at least 1s, or 0s for the pod's own" : null),
        Integer("checkpointExitCode", "The exit code after a checkpoint. A Job counts 0 as done.", "143", 0, 255,
            (o, v) => o with { CheckpointExitCode = v }),
        Size("ghostLimit", "The largest deleted, still open file that is saved.", "500Mi", uint.MaxValue, (o, v) => o with { GhostLimit = v },
            size => size > uint.MaxValue ? $"must be less than 4Gi, not {size} bytes" : null), // criu takes it as a 32-bit number
        Size("containerFilesLimit",
            "How much is saved of the files that the program changed in its container and has closed. 0: only open files.",
            "500Mi", null, (o, v) => o with { ContainerFilesLimit = v }),
        Time("lockTimeout", "How long to wait for another pod that holds the image directory.", "60s", (o, v) => o with { LockTimeout = v }),
        Choice<RestoreMode>("restoreMode", "always: restore a checkpoint even after the program ended by itself.",
            "once", ["once", "always"], (o, v) => o with { RestoreMode = v }),
        Integer("restoreAttempts", "How often crik tries a checkpoint before it sets it aside.", "2", 1, 100,
            (o, v) => o with { RestoreAttempts = v }),
        Integer("restoreLimit", "How many restored runs of one state in a row may end early before crik gives that state up.", "5", 1, 1000,
            (o, v) => o with { RestoreLimit = v }),
        Time("settleTime", "How long a restored program has to run until its state counts as healthy. 0s: no state is given up.",
            "2m", (o, v) => o with { SettleTime = v }),
        Choice<WhenRestoreFails>("whenRestoreFails", "What to do when no checkpoint could be restored.",
            "fail", ["startFresh", "fail"], (o, v) => o with { WhenRestoreFails = v }),
        Choice<WhenIncompatible>("whenIncompatible", "What to do when a checkpoint does not fit this node or this container.",
            "fail", ["startFresh", "tryAnyway", "fail"], (o, v) => o with { WhenIncompatible = v }),
        Choice<WhenCrashed>("whenCrashed", "What to do after a run that vanished.",
            "restore", ["restore", "startFresh"], (o, v) => o with { WhenCrashed = v }),
        Choice<WhenProgramChanged>("whenProgramChanged",
            "What to do when a checkpoint was made of another program: another command, environment, or files of the image.",
            "startFresh", ["startFresh", "restore", "fail"], (o, v) => o with { WhenProgramChanged = v }),
        Time("maxAge", "How old a checkpoint may be that is restored. 0s: any age.", "0s", (o, v) => o with { MaxAge = v }),
        Choice<WhenVolumeFilesChanged>("whenVolumeFilesChanged",
            "What to do when a file on a volume, open for writing at the checkpoint, changed since.",
            "warn", ["warn", "startFresh", "fail"], (o, v) => o with { WhenVolumeFilesChanged = v }),
        Choice<LazyPages>("lazyPages", "Run a restored program while its memory is still read.",
            "never", ["auto", "always", "never"], (o, v) => o with { LazyPages = v }),
        Choice<Compression>("compression", "Whether criu, where it can, compresses memory.",
            "none", ["auto", "none", "lz4"], (o, v) => o with { Compression = v }),
        Flag("checksumPages", "Checksums for memory pages too.", (o, v) => o with { ChecksumPages = v }),
        Choice<IoUring>("ioUring", "Whether the program can find io_uring, which criu cannot save.",
            "hide", ["hide", "allow"], (o, v) => o with { IoUring = v }),
        Flag("shareSysvMemory", "Save System V shared memory at the basic level. After a restore no process can find it by its key.",
            (o, v) => o with { ShareSysvMemory = v }),
        Text("criuPath", "Which criu to use. A crik from the bundle uses the one beside it.", (o, v) => o with { CriuPath = v }, OptionValues.ProgramProblem) with { DefaultText = "criu" },
        Path("metricsFile", "Where crik writes its metrics as Prometheus text. Only with imageDir.", (o, v) => o with { MetricsFile = v }),
        Choice<LogFormat>("logFormat", "The format of the log.", "text", ["text", "json", "cloud"], (o, v) => o with { LogFormat = v }),
        Choice<LogLevel>("logLevel", "The least severe messages that are logged.",
            "info", ["error", "warning", "info", "debug"], (o, v) => o with { LogLevel = v }),
    ];

    public static IEnumerable<string> Names => All.Select(key => key.Name);

    public static OptionKey? Find(string name) => All.FirstOrDefault(key => key.Name == name);

    private static string? AtLeastOneSecond(TimeSpan time) => time < TimeSpan.FromSeconds(1) ? "must be at least 1s" : null;

    private static OptionKey Path(
        string name, string description, Func<CrikOptions, string, CrikOptions> with, Func<string, string?>? problem = null) =>
        Of(name, OptionKind.Path, description, null, OptionValues.ReadPath, with, path => OptionValues.PathProblem(path) ?? problem?.Invoke(path));

    private static OptionKey Text(
        string name, string description, Func<CrikOptions, string, CrikOptions> with, Func<string, string?>? problem = null) =>
        Of(name, OptionKind.Text, description, null, OptionValues.ReadText, with, problem);

    private static OptionKey SignalName(
        string name, string description, Func<CrikOptions, int, CrikOptions> with, Func<int, string?>? problem = null) =>
        Of(name, OptionKind.Text, description, null, OptionValues.ReadSignal, with, problem);

    private static OptionKey Flag(string name, string description, Func<CrikOptions, bool, CrikOptions> with) =>
        Of(name, OptionKind.Boolean, description, "false", OptionValues.ReadBoolean, with);

    private static OptionKey Time(
        string name, string description, string byDefault, Func<CrikOptions, TimeSpan, CrikOptions> with, Func<TimeSpan, string?>? problem = null) =>
        Of(name, OptionKind.Duration, description, byDefault, Duration.Read, with, problem);

    private static OptionKey Size(
        string name, string description, string byDefault, long? maximum, Func<CrikOptions, long, CrikOptions> with, Func<long, string?>? problem = null) =>
        Of(name, OptionKind.ByteSize, description, byDefault, ByteSize.Read, with, problem) with { Range = (0, maximum) };

    private static OptionKey Integer(
        string name, string description, string byDefault, int minimum, int maximum, Func<CrikOptions, int, CrikOptions> with) =>
        Of(name, OptionKind.Integer, description, byDefault, OptionValues.ReadInteger, with,
            value => value < minimum || value > maximum ? $"must be between {minimum} and {maximum}, not {value}" : null)
            with
        { Range = (minimum, maximum) };

    private static OptionKey Choice<T>(
        string name, string description, string byDefault, string[] choices, Func<CrikOptions, T, CrikOptions> with)
        where T : struct, Enum =>
        Of(name, OptionKind.Choice, description, byDefault, OptionValues.ReadChoice<T>(choices), with) with { Choices = choices };

    private static OptionKey Paths(string name, string description, Func<CrikOptions, IReadOnlyList<string>, CrikOptions> with) =>
        ListOf(name, OptionKind.PathList, description, OptionValues.ReadPath, with, OptionValues.PathProblem);

    private static OptionKey Of<T>(
        string name, OptionKind kind, string description, string? byDefault, OptionValues.Reader<T> read,
        Func<CrikOptions, T, CrikOptions> with, Func<T, string?>? problem = null) =>
        new(name, kind, description, (options, values, refuse) =>
        {
            if (read(values[0], out T value) is { } why)
            {
                refuse(why);
                return options;
            }

            if (problem?.Invoke(value) is { } wrong)
            {
                refuse(wrong);
            }

            return with(options, value);
        })
        { DefaultText = byDefault };

    private static OptionKey ListOf<T>(
        string name, OptionKind kind, string description, OptionValues.Reader<T> read,
        Func<CrikOptions, IReadOnlyList<T>, CrikOptions> with, Func<T, string?>? problem = null) =>
        new(name, kind, description, (options, values, refuse) => with(options, OptionValues.ReadList(values, read, problem, refuse)));
}
