using Crik.Criu.Images;

namespace Crik.Proof;

/// <summary>
/// Reads from /proc what a running program would bring into criu's images, as far as it shows there. Sockets do not show their options, and
/// the paths of a process in a mount namespace of its own mean nothing here.
/// </summary>
internal sealed class RunningProgram
{
    private const string Terminals = "/dev/pts/";

    private readonly HashSet<string> _outside;
    private readonly Dictionary<uint, NamedFile> _files = [];
    private readonly Dictionary<uint, Substitute> _deleted = [];
    private readonly List<PseudoTerminal> _terminals = [];
    private readonly List<TaskFile> _taskFiles = [];
    private readonly HashSet<string> _paths = [];
    private uint _nextId = 1;

    private RunningProgram(IEnumerable<string> outside) => _outside = [.. outside];

    /// <param name="outside">What the container's streams lead to, which do not belong to the program.</param>
    public static ImageContents Read(IReadOnlyList<int> tasks, IEnumerable<string> outside)
    {
        RunningProgram program = new(outside);
        string? mounts = ProcFs.Link("/proc/self/ns/mnt");
        foreach (int task in tasks.Where(task => ProcFs.Link($"/proc/{task}/ns/mnt") == mounts))
        {
            program.AddTask(task);
        }

        return new ImageContents
        {
            Files = program._files,
            Deleted = program._deleted,
            Terminals = program._terminals,
            TaskFiles = program._taskFiles,
            Processes = new HashSet<int>(tasks),
        };
    }

    private void AddTask(int task)
    {
        AddTaskFile(task, "exe", "executable");
        AddTaskFile(task, "cwd", "working directory");
        AddTaskFile(task, "root", "root directory");

        foreach (MappedFile file in ProcFs.MappedFiles(task).Where(file => !file.IsDeleted))
        {
            Add(file.Path, file.Path);
        }

        foreach ((int descriptor, string target) in ProcFs.OpenFiles(task).Where(file => file.Target.StartsWith('/') && !_outside.Contains(file.Target)))
        {
            if (target.EndsWith("/ptmx", StringComparison.Ordinal))
            {
                AddTerminal(ProcFs.Field(ProcFs.Lines($"/proc/{task}/fdinfo/{descriptor}"), "tty-index:"), isMaster: true);
            }
            else if (target.StartsWith(Terminals, StringComparison.Ordinal))
            {
                AddTerminal(target[Terminals.Length..], isMaster: false);
            }
            else
            {
                Add(target, $"/proc/{task}/fd/{descriptor}");
            }
        }
    }

    private void AddTaskFile(int task, string name, string what)
    {
        string path = $"/proc/{task}/{name}";
        if (ProcFs.Link(path) is { } target)
        {
            _taskFiles.Add(new TaskFile(task, what, Add(target, path)));
        }
    }

    private void AddTerminal(string? number, bool isMaster)
    {
        if (uint.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out uint index)) // one whose other end was closed has " (deleted)" behind it
        {
            _terminals.Add(new PseudoTerminal(index, isMaster, isHungUp: false));
        }
    }

    /// <param name="place">A path of /proc that leads to the file.</param>
    /// <returns>The id of the file; 0 for one in memory.</returns>
    private uint Add(string target, string place)
    {
        if (target.StartsWith("/memfd:", StringComparison.Ordinal))
        {
            return 0;
        }

        uint id = _nextId++;
        bool isDeleted = target.EndsWith(MappedFile.DeletedMark, StringComparison.Ordinal);
        if (!isDeleted && !_paths.Add(target))
        {
            _files.Add(id, new NamedFile(target, FileType.Regular) { IsExternal = true }); // it is there already
        }
        else if (Libc.TryStatus(place, followLinks: true) is { } status)
        {
            string path = isDeleted && status.Links == 0 ? target[..^MappedFile.DeletedMark.Length] : target;
            bool hasNoName = isDeleted && (status.Links == 0 || status.IsDirectory);
            _files.Add(id, new NamedFile(path, status.Type)
            {
                IsExternal = isDeleted && !hasNoName, // crik looks for the names of such a file at the checkpoint
            });
            if (hasNoName)
            {
                _deleted.Add(id, new Substitute(ReplacementKind.Image, (uint)status.Inode));
            }
        }

        return id;
    }
}
