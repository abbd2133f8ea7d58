using System.Globalization;
using Crik.Linux;

namespace Crik.Configuration;

/// <summary>The one table of keys: the YAML file, the environment, the help text and the tests of the schema all go by it.</summary>
internal static class OptionKeys
{
    private delegate bool Parser<T>(string text, out T value, out string problem);

    public static IReadOnlyList<OptionKey> All { get; } =
    [
        Of<string>("imageDir", OptionKind.Path,
            "Directory on a volume that outlives the pod; checkpoints go there. Unset: no checkpoints.",
            null, Path, (o, v) => o with { ImageDir = v }),
        Of<Uri?>("nodeStateServerURL", OptionKind.Url,
            "Address of the node state server, which says whether the node goes away. Unset: every SIGTERM makes a checkpoint.",
            null, Url, (o, v) => o with { NodeStateServerUrl = v }),
        OneOf("nodeStateSource",
            "Who is asked about the node: the server, or the cloud's metadata service. auto: the server when it has an address.",
            "auto", Choices.NodeStateSource, (o, v) => o with { NodeStateSource = v }),
        Of<TimeSpan>("nodeStateTimeout", OptionKind.Duration,
            "How long SIGTERM waits for word that the node goes away.",
            "1s", Duration.TryParse, (o, v) => o with { NodeStateTimeout = v }),
        OneOf("whenNodeStateUnknown",
            "What SIGTERM means when nobody answered: a checkpoint, or what it means without crik.",
            "checkpoint", Choices.WhenNodeStateUnknown, (o, v) => o with { WhenNodeStateUnknown = v }),
        ManyOf("checkpointOn",
            "States of the node in which SIGTERM means a checkpoint.",
            "[shutting-down, cordoned, gone]", Choices.NodeState, (o, v) => o with { CheckpointOn = v }),
        Of<string>("nodeStateTokenFile", OptionKind.Path,
            "File with a bearer token for the node state server.",
            null, Path, (o, v) => o with { NodeStateTokenFile = v }),
        Of<string>("onNodeWarning", OptionKind.Text,
            "Shell command to run when the node begins to go away, before SIGTERM.",
            null, Text, (o, v) => o with { OnNodeWarning = v }),
        Of<bool>("checkpointOnWarning", OptionKind.Boolean,
            "Whether to make a checkpoint then at once; the program runs on.",
            "false", Boolean, (o, v) => o with { CheckpointOnWarning = v }),
        Of<TimeSpan>("checkpointInterval", OptionKind.Duration,
            "Time between checkpoints that leave the program running. 0s: none.",
            "0s", Duration.TryParse, (o, v) => o with { CheckpointInterval = v }),
        Of<int>("checkpointSignal", OptionKind.Text,
            "Signal to crik that makes a checkpoint and leaves the program running, instead of going to the program.",
            null, SignalName, (o, v) => o with { CheckpointSignal = v }),
        Of<string>("hooks.beforeCheckpoint", OptionKind.Text,
            "Shell command to run before each checkpoint.",
            null, Text, (o, v) => o with { BeforeCheckpoint = v }),
        Of<string>("hooks.afterCheckpoint", OptionKind.Text,
            "Shell command to run after each checkpoint that was committed.",
            null, Text, (o, v) => o with { AfterCheckpoint = v }),
        Of<string>("hooks.afterRestore", OptionKind.Text,
            "Shell command to run after a restore, beside the program that runs again.",
            null, Text, (o, v) => o with { AfterRestore = v }),
        OneOf("whenHookFails",
            "goOn: a checkpoint is made all the same; giveUp: it is not, when hooks.beforeCheckpoint fails or takes too long.",
            "goOn", Choices.WhenHookFails, (o, v) => o with { WhenHookFails = v }),
        Of<int>("restoredSignal", OptionKind.Text,
            "Signal that a restored program gets as the first thing.",
            null, SignalName, (o, v) => o with { RestoredSignal = v }),
        Of<string>("restoredFile", OptionKind.Path,
            "File in which a restored program finds its new pod's name and environment, and how long it was away.",
            null, Path, (o, v) => o with { RestoredFile = v }),
        OneOf("whenClockJumps",
            "What to do when CLOCK_MONOTONIC would go back for the program: warn and restore, start afresh, or fail.",
            "warn", Choices.WhenClockJumps, (o, v) => o with { WhenClockJumps = v }),
        Of<TimeSpan>("hookTimeout", OptionKind.Duration,
            "How long such a command may take.",
            "10s", Duration.TryParse, (o, v) => o with { HookTimeout = v }),
        Paths("additionalPaths",
            "Files and directories to copy with each checkpoint and to put back before a restore.",
            (o, v) => o with { AdditionalPaths = v }),
        Paths("inotifyIncompatiblePaths",
            "Where to look first for the files of inotify watches, which are taken off for a dump and put back on.",
            (o, v) => o with { InotifyIncompatiblePaths = v }),
        Of<int>("keep", OptionKind.Integer, "How many checkpoints to keep.", "2", Integer, (o, v) => o with { Keep = v }),
        Of<TimeSpan>("gracePeriod", OptionKind.Duration,
            "The pod's terminationGracePeriodSeconds.",
            "30s", Duration.TryParse, (o, v) => o with { GracePeriod = v }),
        Of<int>("checkpointExitCode", OptionKind.Integer,
            "Exit code after a checkpoint. 0 would tell a Job that it is done.",
            "143", Integer, (o, v) => o with { CheckpointExitCode = v }),
        Of<long>("ghostLimit", OptionKind.ByteSize,
            "Largest deleted but still open file that goes into a checkpoint.",
            "500Mi", ByteSize.TryParse, (o, v) => o with { GhostLimit = v }),
        Of<long>("containerFilesLimit", OptionKind.ByteSize,
            "How much goes along of what the program changed in its container and has closed. 0: only what it has open.",
            "500Mi", ByteSize.TryParse, (o, v) => o with { ContainerFilesLimit = v }),
        Of<TimeSpan>("lockTimeout", OptionKind.Duration,
            "How long to wait for an old pod that still holds imageDir.",
            "60s", Duration.TryParse, (o, v) => o with { LockTimeout = v }),
        OneOf("restoreMode",
            "once: not after the program has ended by itself; always: every start restores the newest checkpoint.",
            "once", Choices.RestoreMode, (o, v) => o with { RestoreMode = v }),
        Of<int>("restoreAttempts", OptionKind.Integer,
            "How often a checkpoint is tried before it is set aside.",
            "2", Integer, (o, v) => o with { RestoreAttempts = v }),
        OneOf("whenRestoreFails",
            "What to do when a checkpoint cannot be restored.",
            "startFresh", Choices.WhenRestoreFails, (o, v) => o with { WhenRestoreFails = v }),
        OneOf("whenIncompatible",
            "What to do when a checkpoint comes from a node this one does not match (CPU, kernel, criu).",
            "startFresh", Choices.WhenIncompatible, (o, v) => o with { WhenIncompatible = v }),
        OneOf("whenCrashed",
            "What to do after a run that vanished without a checkpoint (node crash, OOM kill).",
            "restore", Choices.WhenCrashed, (o, v) => o with { WhenCrashed = v }),
        OneOf("lazyPages",
            "Whether a restored program runs while its memory comes in. auto: from 256 MiB on, where criu can; always: of any size.",
            "never", Choices.LazyPages, (o, v) => o with { LazyPages = v }),
        OneOf("compression",
            "Whether criu compresses memory in checkpoints. auto: where it can and the volume is slow or short of room; lz4: wherever it can.",
            "none", Choices.Compression, (o, v) => o with { Compression = v }),
        Of<bool>("checksumPages", OptionKind.Boolean,
            "Whether memory pages get checksums too; slower, finds silent corruption.",
            "false", Boolean, (o, v) => o with { ChecksumPages = v }),
        OneOf("ioUring",
            "hide: the program finds no io_uring, which criu cannot save, and does without; allow: it may use it.",
            "hide", Choices.IoUring, (o, v) => o with { IoUring = v }),
        Of<bool>("shareSysvMemory", OptionKind.Boolean,
            "Whether System V shared memory is saved at the basic level, as memory the program's processes share; no key or number finds it afterwards.",
            "false", Boolean, (o, v) => o with { ShareSysvMemory = v }),
        Of<string>("criuPath", OptionKind.Text,
            "criu's absolute path, or its name to look up in PATH.",
            "criu", Text, (o, v) => o with { CriuPath = v }),
        OneOf("logFormat", "Format of crik's log on stderr.", "text", Choices.LogFormat, (o, v) => o with { LogFormat = v }),
        OneOf("logLevel", "Least severe level that is logged.", "info", Choices.LogLevel, (o, v) => o with { LogLevel = v }),
    ];

    public static IEnumerable<string> Names => All.Select(key => key.Name);

    public static OptionKey? Find(string name) => All.FirstOrDefault(key => key.Name == name);

    private static OptionKey Of<T>(
        string name, OptionKind kind, string description, string? defaultText, Parser<T> parse, Func<CrikOptions, T, CrikOptions> with) =>
        new(name, kind, description, (ref CrikOptions options, IReadOnlyList<string> values) =>
        {
            if (!parse(values[0], out T value, out string problem))
            {
                return problem;
            }

            options = with(options, value);
            return null;
        })
        { DefaultText = defaultText };

    private static OptionKey OneOf<T>(
        string name, string description, string defaultText, Choice<T> choice, Func<CrikOptions, T, CrikOptions> with)
        where T : struct, Enum =>
        Of(name, OptionKind.Choice, description, defaultText, choice.TryParse, with) with { Choices = choice.Names };

    private static OptionKey ManyOf<T>(
        string name, string description, string defaultText, Choice<T> choice, Func<CrikOptions, IReadOnlyList<T>, CrikOptions> with)
        where T : struct, Enum =>
        new(name, OptionKind.ChoiceList, description, (ref CrikOptions options, IReadOnlyList<string> values) =>
        {
            List<T> chosen = [];
            foreach (string text in values)
            {
                if (!choice.TryParse(text, out T value, out string problem))
                {
                    return problem;
                }

                if (chosen.Contains(value))
                {
                    return $"'{text}' is in the list more than once";
                }

                chosen.Add(value);
            }

            options = with(options, chosen);
            return null;
        })
        { DefaultText = defaultText, Choices = choice.Names };

    private static OptionKey Paths(string name, string description, Func<CrikOptions, IReadOnlyList<string>, CrikOptions> with) =>
        new(name, OptionKind.PathList, description, (ref CrikOptions options, IReadOnlyList<string> values) =>
        {
            options = with(options, [.. values.Select(CrikOptions.Normalise)]);
            return null;
        });

    private static bool Path(string text, out string value, out string problem)
    {
        (value, problem) = (CrikOptions.Normalise(text), "");
        return true;
    }

    private static bool Text(string text, out string value, out string problem)
    {
        (value, problem) = (text, "");
        return true;
    }

    private static bool SignalName(string text, out int value, out string problem)
    {
        problem = $"must be the name of a signal such as SIGUSR1, not '{text}'";
        return Signal.TryParse(text, out value);
    }

    private static bool Url(string text, out Uri? value, out string problem)
    {
        problem = $"must be an http address, not '{text}'";
        return Uri.TryCreate(text, UriKind.Absolute, out value);
    }

    private static bool Integer(string text, out int value, out string problem)
    {
        problem = $"must be a whole number, not '{text}'";
        return int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value);
    }

    private static bool Boolean(string text, out bool value, out string problem)
    {
        (value, problem) = (text == "true", $"must be true or false, not '{text}'");
        return text is "true" or "false";
    }
}
