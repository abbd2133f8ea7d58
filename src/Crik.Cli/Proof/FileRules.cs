using Crik.Criu.Images;

namespace Crik.Proof;

/// <summary>The rules for files that a restore has to find by their path.</summary>
/// <param name="processes">The processes of the tree.</param>
internal sealed class FileRules(IReadOnlySet<int> processes, INextPod pod)
{
    private const string CloseIt = "close it before checkpoints";
    private const int CriksOwn = 1; // the process that every pod has

    private readonly List<string> _unseen = [];

    /// <summary>The paths about which <see cref="INextPod"/> does not know.</summary>
    public IReadOnlyList<string> Unseen => _unseen;

    /// <param name="moved">The paths under which a restore opens files that were renamed, by the names in the images.</param>
    public IEnumerable<Objection> Check(ImageContents images, IReadOnlyDictionary<string, string> moved)
    {
        HashSet<uint> links = [.. images.Deleted.Values.Where(substitute => substitute.Kind == ReplacementKind.Link).Select(substitute => substitute.Id)];
        HashSet<string> seen = [];
        foreach ((uint id, NamedFile file) in images.Files)
        {
            if (file.IsExternal || file.IsElsewhere || images.Deleted.ContainsKey(id) || !seen.Add(file.Path))
            {
                continue;
            }

            string path = moved.GetValueOrDefault(file.Path) ?? file.Path;
            if ((links.Contains(id) ? CheckLink(path) : Check(path)) is { } objection)
            {
                yield return objection;
            }
        }
    }

    /// <summary>Checks a directory in which a restore binds a socket. A directory that is gone was deleted together with the socket.</summary>
    public Objection? CheckPlace(string path) => Find(path) is var supply && supply is Supply.Given or Supply.Unseen or Supply.Nothing ? null
        : Cannot("a socket in ", path, Why(supply));

    /// <summary>Checks a file that somebody has open, by what is known without criu's images.</summary>
    public Objection? Check(string path) => OfProcess(path) ?? Find(path) switch
    {
        Supply.Given or Supply.Unseen => null,
        var supply => Cannot("", path, Why(supply)),
    };

    /// <summary>criu made a hard link, at the full level. On a volume the next pod finds it.</summary>
    private Objection? CheckLink(string path) => Find(path) is Supply.Given or Supply.Unseen ? null : new(
        $"a deleted file in {Path.GetDirectoryName(path)} that is still open has another name (a hard link), which crik did not find in this container, so the next pod would "
        + "not have the file", CloseIt);

    private Supply Find(string path)
    {
        Supply supply = pod.Find(path);
        if (supply == Supply.Unseen)
        {
            _unseen.Add(path);
        }

        return supply;
    }

    private Objection? OfProcess(string path)
    {
        string[] parts = path.StartsWith("/proc/", StringComparison.Ordinal) ? path.Split('/', 6) : []; // "", "proc", PID, "task", TID
        if (parts.Length < 3 || !int.TryParse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture, out int pid))
        {
            return null;
        }

        string? part = parts.Length > 4 ? parts[3] : null;
        return pid != CriksOwn && !processes.Contains(pid) ? Cannot("", path, ($"it belongs to process {pid}, which is not part of the program", CloseIt))
            : part == "task" && parts[4] != parts[2] ? Cannot("", path, ("criu opens files before it makes threads", $"open /proc/{pid} instead, or {CloseIt}"))
            : part == "map_files" ? Cannot("", path, ("criu opens files before it maps memory", CloseIt))
            : null;
    }

    private static Objection Cannot(string before, string path, (string Reason, string Advice) why) =>
        new($"the program has {before}{path} open, which a new pod could not open: {why.Reason}", why.Advice);

    private static (string Reason, string Advice) Why(Supply supply) => supply switch
    {
        Supply.MadeDevice => ("it is a device file that was made in this container", "use the device in /dev, or close it before checkpoints"),
        Supply.MadeInDev => ("it was made in /dev, which is new in each container", "keep it in /dev/shm or another directory"),
        Supply.MadeMount => ("it is on a file system that was mounted in this container", "mount it as a volume of the pod"),
        Supply.NotSaved => ("it was made or changed in this container, and is not among the files that are saved", "put it on a volume, or raise containerFilesLimit"),
        _ => ("the path that criu recorded leads to nothing", CloseIt),
    };
}
