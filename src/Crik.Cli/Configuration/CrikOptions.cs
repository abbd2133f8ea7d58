using Crik.Contracts;

namespace Crik.Configuration;

/// <summary>Everything that can be configured, with its defaults. <see cref="CrikOptionsLoader"/> knows where values come from.</summary>
internal sealed record CrikOptions
{
    public const int MaxKeep = 1000;

    /// <summary>The highest <see cref="ImageDirSlots"/>. It keeps a mistake from filling a volume with directories.</summary>
    public const int MostSlots = 1000;

    /// <summary>The variable with the name of the node, which the pod's manifest sets by the downward API.</summary>
    public const string NodeNameVariable = "KUBERNETES_NODE_NAME";

    /// <summary>The variable with the name of the pod. Without it the host name has to do.</summary>
    public const string PodNameVariable = "KUBERNETES_POD_NAME";

    /// <summary>The variable with the pod's namespace. Without it the file of the service account has to do.</summary>
    public const string NamespaceVariable = "KUBERNETES_NAMESPACE";

    /// <summary>The kubelet leaves this much even after a hook that took longer than the grace period (minimumGracePeriodInSeconds).</summary>
    private static readonly TimeSpan s_leastAfterPreStop = TimeSpan.FromSeconds(2);

    private static readonly NodeState[] s_goingAway = [NodeState.ShuttingDown, NodeState.Cordoned, NodeState.Gone];

    /// <summary>The absolute directory for checkpoints, which outlives the pod; null runs the program without checkpoints.</summary>
    public string? ImageDir { get; init; }

    /// <summary>How many pods share <see cref="ImageDir"/>, each with a slot of its own; 0 when it is for one pod.</summary>
    public int ImageDirSlots { get; init; }

    /// <summary>The http or https address of the node state server; null makes a checkpoint at every SIGTERM.</summary>
    public Uri? NodeStateServerUrl { get; init; }

    public NodeStateSource NodeStateSource { get; init; } = NodeStateSource.Auto;

    /// <summary>How long crik waits, after SIGTERM, for news that the node goes away; zero does not wait.</summary>
    public TimeSpan NodeStateTimeout { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>What SIGTERM means when nobody answered. A needless checkpoint costs disk, a missing one costs the work.</summary>
    public WhenNodeStateUnknown WhenNodeStateUnknown { get; init; } = WhenNodeStateUnknown.Checkpoint;

    public IReadOnlyList<NodeState> CheckpointOn { get; init; } = s_goingAway;

    /// <summary>Whether SIGTERM makes a checkpoint when Kubernetes evicts or preempts this pod, whatever the state of the node is.</summary>
    public bool CheckpointOnDisruption { get; init; } = true;

    /// <summary>The absolute file with a bearer token for the server. It is read again for each request.</summary>
    public string? NodeStateTokenFile { get; init; }

    /// <summary>
    /// The absolute file with the authorities that may have signed the certificate of the server; null trusts those of the image. It is
    /// read again for each request.
    /// </summary>
    public string? NodeStateServerCaFile { get; init; }

    /// <summary>A command for <c>/bin/sh -c</c> that runs when the node begins to go away.</summary>
    public string? OnNodeWarning { get; init; }

    public bool CheckpointOnWarning { get; init; }

    /// <summary>The time between checkpoints that leave the program running; zero makes none.</summary>
    public TimeSpan CheckpointInterval { get; init; }

    /// <summary>The signal that makes such a checkpoint when crik gets it; 0 for none. The program does not get it.</summary>
    public int CheckpointSignal { get; init; }

    /// <summary>A command for <c>/bin/sh -c</c> that runs before each checkpoint.</summary>
    public string? BeforeCheckpoint { get; init; }

    /// <summary>A command for <c>/bin/sh -c</c> that runs after each checkpoint that was committed.</summary>
    public string? AfterCheckpoint { get; init; }

    /// <summary>A command for <c>/bin/sh -c</c> that runs after a restore.</summary>
    public string? AfterRestore { get; init; }

    /// <summary>Whether a checkpoint is made although <see cref="BeforeCheckpoint"/> failed.</summary>
    public WhenHookFails WhenHookFails { get; init; } = WhenHookFails.GoOn;

    /// <summary>The signal that a restored program gets before anything else; 0 for none.</summary>
    public int RestoredSignal { get; init; }

    /// <summary>The absolute file that tells a restored program where it is now.</summary>
    public string? RestoredFile { get; init; }

    /// <summary>What to do when a checkpoint was made of another program than the one to run now: another image, command or environment.</summary>
    public WhenProgramChanged WhenProgramChanged { get; init; } = WhenProgramChanged.StartFresh;

    /// <summary>How old a checkpoint may be that is restored; zero for any age.</summary>
    public TimeSpan MaxAge { get; init; }

    /// <summary>What to do when CLOCK_MONOTONIC would go back for the program.</summary>
    public WhenClockJumps WhenClockJumps { get; init; } = WhenClockJumps.Warn;

    public TimeSpan HookTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The name of this node. It comes from <see cref="NodeNameVariable"/>, not from the configuration.</summary>
    public string? NodeName { get; init; }

    /// <summary>The name of this pod, from <see cref="PodNameVariable"/>; null where that is not set.</summary>
    public string? PodName { get; init; }

    /// <summary>The namespace of this pod, from <see cref="NamespaceVariable"/>; null where that is not set.</summary>
    public string? PodNamespace { get; init; }

    public bool AsksServer => NodeStateServerUrl is not null && NodeStateSource is (NodeStateSource.Auto or NodeStateSource.Server);

    /// <summary>Whether the configuration says what to do when the node begins to go away.</summary>
    public bool ReactsToWarnings => OnNodeWarning is not null || CheckpointOnWarning;

    /// <summary>Absolute files and directories that crik copies with each checkpoint and puts back before a restore.</summary>
    public IReadOnlyList<string> AdditionalPaths { get; init; } = [];

    /// <summary>Absolute paths where crik looks first for files that the program watches.</summary>
    public IReadOnlyList<string> InotifyIncompatiblePaths { get; init; } = [];

    /// <summary>How many committed checkpoints to keep.</summary>
    public int Keep { get; init; } = 2;

    /// <summary>The pod's terminationGracePeriodSeconds, at least 1 s: the time until SIGKILL from SIGTERM, or from the preStop hook if there is one.</summary>
    public TimeSpan GracePeriod { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The longest grace period that a pod gets from a kubelet that shuts its node down; zero for the pod's own.</summary>
    public TimeSpan NodeShutdownGracePeriod { get; init; }

    /// <summary>How much of the grace period the container's preStop hook takes before SIGTERM comes.</summary>
    public TimeSpan PreStopTime { get; init; }

    /// <summary>The exit code after a checkpoint, 0 to 255. A Job counts 0 as done, hence 143 (128 + SIGTERM).</summary>
    public int CheckpointExitCode { get; init; } = 143;

    /// <summary>The size in bytes of the largest deleted, still open file that is saved.</summary>
    public long GhostLimit { get; init; } = 500L << 20;

    /// <summary>How many bytes are saved of the files that the program changed in its container and has closed.</summary>
    public long ContainerFilesLimit { get; init; } = 500L << 20;

    /// <summary>How long to wait for another crik to release the image directory; zero does not wait.</summary>
    public TimeSpan LockTimeout { get; init; } = TimeSpan.FromSeconds(60);

    public RestoreMode RestoreMode { get; init; } = RestoreMode.Once;

    /// <summary>How often crik tries a checkpoint before it sets it aside.</summary>
    public int RestoreAttempts { get; init; } = 2;

    /// <summary>How many restored runs of one state may end early, one after the other, before crik gives that state up.</summary>
    public int RestoreLimit { get; init; } = 5;

    /// <summary>How long a restored program has to run until its state counts as healthy; zero never gives up a state.</summary>
    public TimeSpan SettleTime { get; init; } = TimeSpan.FromMinutes(2);

    public WhenRestoreFails WhenRestoreFails { get; init; } = WhenRestoreFails.Fail;

    public WhenIncompatible WhenIncompatible { get; init; } = WhenIncompatible.Fail;

    public WhenCrashed WhenCrashed { get; init; } = WhenCrashed.Restore;

    /// <summary>What to do when a file on a volume, which the program had open, was changed after the checkpoint was made.</summary>
    public WhenVolumeFilesChanged WhenVolumeFilesChanged { get; init; } = WhenVolumeFilesChanged.Warn;

    /// <summary>Whether a restored program runs while its memory is still read; docs/design/0016-lazy-pages.md says when that helps.</summary>
    public LazyPages LazyPages { get; init; } = LazyPages.Never;

    /// <summary>Whether criu compresses memory; docs/design/0017-less-to-write.md says when that is worth it.</summary>
    public Compression Compression { get; init; } = Compression.None;

    /// <summary>Whether memory pages and the contents of files get checksums too. Everything else in a checkpoint always has one.</summary>
    public bool ChecksumPages { get; init; }

    /// <summary>Whether the basic level saves System V shared memory, without its key and number.</summary>
    public bool ShareSysvMemory { get; init; }

    /// <summary>Whether the program can find io_uring, which criu cannot save.</summary>
    public IoUring IoUring { get; init; } = IoUring.Hide;

    /// <summary>criu's absolute path, or its name to look up in PATH.</summary>
    public string CriuPath { get; init; } = "criu";

    /// <summary>The absolute file with metrics; null for none.</summary>
    public string? MetricsFile { get; init; }

    public LogFormat LogFormat { get; init; } = LogFormat.Text;

    public LogLevel LogLevel { get; init; } = LogLevel.Info;

    /// <summary>null without <see cref="ImageDir"/>, when the program runs without checkpoints.</summary>
    public SavePolicy? Save => ImageDir is not { } imageDir ? null : new()
    {
        ImageDir = imageDir,
        AdditionalPaths = AdditionalPaths,
        InotifyIncompatiblePaths = InotifyIncompatiblePaths,
        MetricsFile = MetricsFile,
        GhostLimit = GhostLimit,
        ContainerFilesLimit = ContainerFilesLimit,
        ShareSysvMemory = ShareSysvMemory,
        ChecksumPages = ChecksumPages,
        Compression = Compression,
        Keep = Keep,
    };

    public RestorePolicy Restore => new()
    {
        RestoreAttempts = RestoreAttempts,
        WhenRestoreFails = WhenRestoreFails,
        WhenIncompatible = WhenIncompatible,
        WhenClockJumps = WhenClockJumps,
        WhenProgramChanged = WhenProgramChanged,
        MaxAge = MaxAge,
        WhenVolumeFilesChanged = WhenVolumeFilesChanged,
        LazyPages = LazyPages,
        AdditionalPaths = AdditionalPaths,
        RestoredFile = RestoredFile,
    };

    public StartPolicy Start => new()
    {
        ImageDirSlots = ImageDirSlots,
        RestoreMode = RestoreMode,
        WhenCrashed = WhenCrashed,
        RestoreLimit = RestoreLimit,
        SettleTime = SettleTime,
        LockTimeout = LockTimeout,
        IoUring = IoUring,
    };

    public CheckpointPolicy Checkpoints => new() { CheckpointInterval = CheckpointInterval, CheckpointOnWarning = CheckpointOnWarning, GracePeriod = GracePeriod };

    public TerminationPolicy Termination => new()
    {
        GracePeriod = AfterPreStop(GracePeriod),
        NodeShutdownGracePeriod = AfterPreStop(
            NodeShutdownGracePeriod > TimeSpan.Zero && NodeShutdownGracePeriod < GracePeriod ? NodeShutdownGracePeriod : GracePeriod),
        NodeStateTimeout = NodeStateTimeout,
        WhenNodeStateUnknown = WhenNodeStateUnknown,
        CheckpointOn = CheckpointOn,
        CheckpointOnDisruption = CheckpointOnDisruption,
        CheckpointExitCode = CheckpointExitCode,
    };

    public NodePolicy Node => new()
    {
        NodeStateSource = NodeStateSource,
        NodeStateServerUrl = NodeStateServerUrl,
        NodeStateTokenFile = NodeStateTokenFile,
        NodeStateServerCaFile = NodeStateServerCaFile,
        NodeName = NodeName,
        PodName = PodName,
        PodNamespace = PodNamespace,
        CheckpointOnDisruption = CheckpointOnDisruption,
        ReactsToWarnings = ReactsToWarnings,
    };

    public HookPolicy Hooks => new()
    {
        BeforeCheckpoint = BeforeCheckpoint,
        AfterCheckpoint = AfterCheckpoint,
        AfterRestore = AfterRestore,
        OnNodeWarning = OnNodeWarning,
        WhenHookFails = WhenHookFails,
        HookTimeout = HookTimeout,
    };

    /// <summary>Finds values that do not go together. Each problem belongs to a key.</summary>
    public IEnumerable<(string Key, string Problem)> Conflicts()
    {
        if (NodeStateSource == NodeStateSource.Server && NodeStateServerUrl is null)
        {
            yield return ("nodeStateSource", "is server, and nodeStateServerURL is not set");
        }

        if (AsksServer && ImageDir is not null && !IsNodeName(NodeName))
        {
            yield return ("nodeStateServerURL", NodeName is null
                ? $"needs the node's name; add to the container: env: [{{name: {NodeNameVariable}, valueFrom: {{fieldRef: {{fieldPath: spec.nodeName}}}}}}]"
                : $"{NodeNameVariable} is no name of a node: '{NodeName}'");
        }

        if (PreStopTime > TimeSpan.Zero && PreStopTime >= GracePeriod)
        {
            yield return ("preStopTime", "must be less than gracePeriod, of which the kubelet takes it");
        }

        // A checkpoint must not contain itself, nor be overwritten by what is put back. Watched paths are only looked at.
        foreach (string path in AdditionalPaths.Where(path => ImageDir is { } images && (Contains(images, path) || Contains(path, images))).Distinct())
        {
            yield return ("additionalPaths", $"'{path}' must not be inside imageDir ('{ImageDir}') nor contain it");
        }

        // It changes while a checkpoint is made, and is of this pod. Who reads it may not read checkpoints.
        foreach (string path in AdditionalPaths.Append(ImageDir ?? "").Where(path => path.Length > 0 && MetricsFile is { } file && Contains(path, file)))
        {
            yield return ("metricsFile", $"'{MetricsFile}' must not be inside '{path}', which is part of checkpoints or holds them");
        }
    }

    /// <summary>What the kubelet leaves of a grace period when the preStop hook has run (killContainer, pkg/kubelet/kuberuntime).</summary>
    private TimeSpan AfterPreStop(TimeSpan period) =>
        PreStopTime == TimeSpan.Zero ? period : period - PreStopTime < s_leastAfterPreStop ? s_leastAfterPreStop : period - PreStopTime;

    /// <summary>What Kubernetes lets a Node be called: a DNS subdomain (RFC 1123).</summary>
    private static bool IsNodeName(string? name) =>
        name is { Length: > 0 and <= 253 } && name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '.')
        && char.IsAsciiLetterOrDigit(name[0]) && char.IsAsciiLetterOrDigit(name[^1]);

    private static bool Contains(string directory, string path) =>
        directory == "/" || PathNames.IsBelow(path, directory);
}
