using Crik.Contracts;
using Crik.Linux;

namespace Crik.Configuration;

/// <summary>Everything that can be configured, with its defaults. <see cref="CrikOptionsLoader"/> knows where values come from.</summary>
internal sealed record CrikOptions
{
    public const int MaxKeep = 1000;
    public const int MaxRestoreAttempts = 100;

    /// <summary>Set by the pod's downward API, as the original's manifests do it.</summary>
    public const string NodeNameVariable = "KUBERNETES_NODE_NAME";

    /// <summary>criu takes its ghost limit as a 32-bit number of bytes.</summary>
    public const long MaxGhostLimit = uint.MaxValue;

    private static readonly NodeState[] s_goingAway = [NodeState.ShuttingDown, NodeState.Cordoned, NodeState.Gone];

    /// <summary>Absolute directory that outlives the pod and takes the checkpoints; null runs the program without checkpoints.</summary>
    public string? ImageDir { get; init; }

    /// <summary>http address of the node state server; null checkpoints on every SIGTERM.</summary>
    public Uri? NodeStateServerUrl { get; init; }

    public NodeStateSource NodeStateSource { get; init; } = NodeStateSource.Auto;

    /// <summary>How long SIGTERM waits for word that the node goes away; zero goes by what is known.</summary>
    public TimeSpan NodeStateTimeout { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>A spare checkpoint costs disk; a missing one costs the work.</summary>
    public WhenNodeStateUnknown WhenNodeStateUnknown { get; init; } = WhenNodeStateUnknown.Checkpoint;

    public IReadOnlyList<NodeState> CheckpointOn { get; init; } = s_goingAway;

    /// <summary>Absolute file with a bearer token for the server; read anew for each request.</summary>
    public string? NodeStateTokenFile { get; init; }

    /// <summary>For <c>/bin/sh -c</c>, when the node begins to go away.</summary>
    public string? OnNodeWarning { get; init; }

    public bool CheckpointOnWarning { get; init; }

    /// <summary>Time between checkpoints that leave the program running; zero makes none.</summary>
    public TimeSpan CheckpointInterval { get; init; }

    /// <summary>A signal to crik that makes such a checkpoint, instead of going to the program; 0 for none.</summary>
    public int CheckpointSignal { get; init; }

    /// <summary>For <c>/bin/sh -c</c>: before a dump, after a commit, after a restore.</summary>
    public string? BeforeCheckpoint { get; init; }

    public string? AfterCheckpoint { get; init; }

    public string? AfterRestore { get; init; }

    /// <summary>Whether a checkpoint is made although <see cref="BeforeCheckpoint"/> failed.</summary>
    public WhenHookFails WhenHookFails { get; init; } = WhenHookFails.GoOn;

    /// <summary>The signal that a restored program gets as the first thing; 0 for none.</summary>
    public int RestoredSignal { get; init; }

    /// <summary>Absolute file in which a restored program finds where it is now.</summary>
    public string? RestoredFile { get; init; }

    /// <summary>What to do when CLOCK_MONOTONIC would go back for the program.</summary>
    public WhenClockJumps WhenClockJumps { get; init; } = WhenClockJumps.Warn;

    public TimeSpan HookTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Of this node; from <see cref="NodeNameVariable"/>, not from the configuration.</summary>
    public string? NodeName { get; init; }

    public bool AsksServer => NodeStateServerUrl is not null && NodeStateSource is (NodeStateSource.Auto or NodeStateSource.Server);

    public bool ReactsToWarnings => OnNodeWarning is not null || CheckpointOnWarning;

    /// <summary>Absolute files and directories that are copied with every checkpoint and put back before a restore.</summary>
    public IReadOnlyList<string> AdditionalPaths { get; init; } = [];

    /// <summary>Absolute paths where the files of inotify watches are looked for first; the watches are taken off for a dump and put back on.</summary>
    public IReadOnlyList<string> InotifyIncompatiblePaths { get; init; } = [];

    /// <summary>Number of committed checkpoints to keep.</summary>
    public int Keep { get; init; } = 2;

    /// <summary>The pod's terminationGracePeriodSeconds: the time between SIGTERM and SIGKILL, at least 1 s.</summary>
    public TimeSpan GracePeriod { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Exit code after a checkpoint, 0 to 255. A Job takes 0 for done, hence 143 (128 + SIGTERM).</summary>
    public int CheckpointExitCode { get; init; } = 143;

    /// <summary>Bytes: the largest deleted but still open file that goes into a checkpoint.</summary>
    public long GhostLimit { get; init; } = 500L << 20;

    /// <summary>Bytes: of files that the program changed in its container and has closed, how much goes along.</summary>
    public long ContainerFilesLimit { get; init; } = 500L << 20;

    /// <summary>How long to wait for another crik to release the image directory; zero does not wait.</summary>
    public TimeSpan LockTimeout { get; init; } = TimeSpan.FromSeconds(60);

    public RestoreMode RestoreMode { get; init; } = RestoreMode.Once;

    /// <summary>How often the same checkpoint is tried before it is set aside.</summary>
    public int RestoreAttempts { get; init; } = 2;

    public WhenRestoreFails WhenRestoreFails { get; init; } = WhenRestoreFails.StartFresh;

    public WhenIncompatible WhenIncompatible { get; init; } = WhenIncompatible.StartFresh;

    public WhenCrashed WhenCrashed { get; init; } = WhenCrashed.Restore;

    /// <summary>Whether a restored program runs before all its pages are there; docs/design/0016-lazy-pages.md says why it need not.</summary>
    public LazyPages LazyPages { get; init; } = LazyPages.Never;

    /// <summary>Whether criu compresses memory; docs/design/0017-less-to-write.md says when that is worth it.</summary>
    public Compression Compression { get; init; } = Compression.None;

    /// <summary>Whether page data and the contents of files get checksums too; everything else in a checkpoint always has one.</summary>
    public bool ChecksumPages { get; init; }

    /// <summary>Whether the basic level saves System V shared memory, without its key and number.</summary>
    public bool ShareSysvMemory { get; init; }

    /// <summary>Whether the program gets io_uring, which criu cannot save.</summary>
    public IoUring IoUring { get; init; } = IoUring.Hide;

    /// <summary>criu's absolute path, or its name to look up in PATH.</summary>
    public string CriuPath { get; init; } = "criu";

    public LogFormat LogFormat { get; init; } = LogFormat.Text;

    public LogLevel LogLevel { get; init; } = LogLevel.Info;

    /// <summary>What is wrong with the values, each with the key (as in YAML) it belongs to.</summary>
    public IEnumerable<(string Key, string Problem)> Problems()
    {
        if (ImageDir is { } imageDir && PathProblem(imageDir) is { } imageDirProblem)
        {
            yield return ("imageDir", imageDirProblem);
        }

        if (ImageDir is "/")
        {
            yield return ("imageDir", "must be a directory of its own, not '/'");
        }

        if (NodeStateServerUrl is { } url && UrlProblem(url) is { } urlProblem)
        {
            yield return ("nodeStateServerURL", urlProblem);
        }

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

        if (NodeStateTimeout < TimeSpan.Zero)
        {
            yield return ("nodeStateTimeout", "must not be negative");
        }

        if (NodeStateTokenFile is { } tokenFile && PathProblem(tokenFile) is { } tokenFileProblem)
        {
            yield return ("nodeStateTokenFile", tokenFileProblem);
        }

        if (CheckpointInterval < TimeSpan.Zero || (CheckpointInterval > TimeSpan.Zero && CheckpointInterval < TimeSpan.FromSeconds(1)))
        {
            yield return ("checkpointInterval", "must be at least 1s, or 0s for none");
        }

        if (CheckpointSignal is Signal.SIGTERM or Signal.SIGKILL or Signal.SIGSTOP or Signal.SIGCHLD)
        {
            yield return ("checkpointSignal", $"cannot be {Signal.Name(CheckpointSignal)}");
        }

        if (RestoredFile is { } restoredFile && PathProblem(restoredFile) is { } restoredFileProblem)
        {
            yield return ("restoredFile", restoredFileProblem);
        }

        if (HookTimeout < TimeSpan.FromSeconds(1))
        {
            yield return ("hookTimeout", "must be at least 1s");
        }

        foreach ((string Key, string Problem) problem in PathListProblems("additionalPaths", AdditionalPaths)
                     .Concat(PathListProblems("inotifyIncompatiblePaths", InotifyIncompatiblePaths)))
        {
            yield return problem;
        }

        // A checkpoint must not take itself along, nor be overwritten by what is put back. Watched paths are only looked at.
        if (ImageDir is { } images)
        {
            foreach (string path in AdditionalPaths.Where(path => Contains(images, path) || Contains(path, images)).Distinct())
            {
                yield return ("additionalPaths", $"'{path}' must not be inside imageDir ('{images}') nor contain it");
            }
        }

        if (Keep is < 1 or > MaxKeep)
        {
            yield return ("keep", $"must be between 1 and {MaxKeep}, not {Keep}");
        }

        if (GracePeriod < TimeSpan.FromSeconds(1))
        {
            yield return ("gracePeriod", "must be at least 1s");
        }

        if (CheckpointExitCode is < 0 or > 255)
        {
            yield return ("checkpointExitCode", $"must be between 0 and 255, not {CheckpointExitCode}");
        }

        if (GhostLimit is < 0 or > MaxGhostLimit)
        {
            yield return ("ghostLimit", $"must be less than 4Gi, not {GhostLimit} bytes");
        }

        if (ContainerFilesLimit < 0)
        {
            yield return ("containerFilesLimit", "must not be negative");
        }

        if (LockTimeout < TimeSpan.Zero)
        {
            yield return ("lockTimeout", "must not be negative");
        }

        if (RestoreAttempts is < 1 or > MaxRestoreAttempts)
        {
            yield return ("restoreAttempts", $"must be between 1 and {MaxRestoreAttempts}, not {RestoreAttempts}");
        }

        if (CriuPath is "" || CriuPath.Contains('\0') || (CriuPath.Contains('/') && CriuPath[0] != '/'))
        {
            yield return ("criuPath", $"must be an absolute path or a name to look up in PATH, not '{CriuPath}'");
        }
    }

    /// <summary>The one spelling of a path: no <c>.</c>, doubled or trailing slash. What has a problem stays as it is.</summary>
    public static string Normalise(string path) =>
        PathProblem(path) is null ? Path.TrimEndingDirectorySeparator(Path.GetFullPath(path)) : path;

    /// <returns>What is wrong with the path of a key, if anything is.</returns>
    public static string? PathProblem(string path) =>
        path is "" ? "must not be empty"
        : path.Contains('\0') ? "must not contain a NUL character"
        : path[0] != '/' ? $"must be an absolute path, not '{path}'"
        : path.Split('/').Contains("..") ? $"must not contain '..': '{path}'" // behind a link it leads elsewhere than it reads
        : null;

    private static string? UrlProblem(Uri url) =>
        !url.IsAbsoluteUri || url.Scheme is not ("http" or "https") || url.Host.Length == 0 ? $"must be an http address, not '{url.OriginalString}'"
        : url.Scheme == "https" ? "must be http: crik speaks no TLS; the answer is no secret, and a NetworkPolicy keeps strangers out"
        : url.UserInfo.Length > 0 || url.Query.Length > 0 || url.Fragment.Length > 0 ? $"must be nothing but http://HOST[:PORT][/PATH], not '{url.OriginalString}'"
        : null;

    /// <summary>What Kubernetes lets a Node be called: a DNS subdomain (RFC 1123).</summary>
    private static bool IsNodeName(string? name) =>
        name is { Length: > 0 and <= 253 } && name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '.')
        && char.IsAsciiLetterOrDigit(name[0]) && char.IsAsciiLetterOrDigit(name[^1]);

    private static bool Contains(string directory, string path) =>
        directory == "/" || path == directory || path.StartsWith(directory + "/", StringComparison.Ordinal);

    private static IEnumerable<(string Key, string Problem)> PathListProblems(string key, IReadOnlyList<string> paths)
    {
        HashSet<string> seen = [];
        HashSet<string> repeated = [];
        foreach (string path in paths)
        {
            if (PathProblem(path) is { } problem)
            {
                yield return (key, problem);
            }
            else if (!seen.Add(path) && repeated.Add(path))
            {
                yield return (key, $"'{path}' is in the list more than once");
            }
        }
    }
}
