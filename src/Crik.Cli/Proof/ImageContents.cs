using Crik.Criu;
using Crik.Criu.Images;

namespace Crik.Proof;

/// <summary>What the images of one dump refer to, as far as a restore can fail for the lack of it.</summary>
internal sealed class ImageContents
{
    /// <summary>The open and mapped files and directories that have a path, by id.</summary>
    public required IReadOnlyDictionary<uint, NamedFile> Files { get; init; }

    /// <summary>What a restore puts in the place of files that have no path any more, by the ids of these files.</summary>
    public IReadOnlyDictionary<uint, Substitute> Deleted { get; init; } = new Dictionary<uint, Substitute>();

    /// <summary>The terminals of the program's own.</summary>
    public IReadOnlyList<PseudoTerminal> Terminals { get; init; } = [];

    /// <summary>The processes of the tree, with those that have ended and that nobody has waited for.</summary>
    public IReadOnlySet<int> Processes { get; init; } = new HashSet<int>();

    /// <summary>The executables and directories of the processes.</summary>
    public IReadOnlyList<TaskFile> TaskFiles { get; init; } = [];

    /// <summary>The sockets that are bound to an address which need not be the pod's.</summary>
    public IReadOnlyList<FreeSocket> FreeSockets { get; init; } = [];

    /// <summary>The Unix sockets that are bound to a path.</summary>
    public IReadOnlyList<BoundName> BoundSockets { get; init; } = [];

    /// <summary>The names of images that are missing, although other images refer to them.</summary>
    public IReadOnlyList<string> MissingImages { get; init; } = [];

    /// <exception cref="IOException">An image cannot be read.</exception>
    /// <exception cref="InvalidDataException">An image is damaged; the message names it.</exception>
    public static ImageContents Read(string directory)
    {
        HashSet<string> names = [.. Directory.EnumerateFiles(directory).Select(path => Path.GetFileName(path))];
        List<byte[]> Messages(string name) => names.Contains(name) ? CriuImage.Read(Path.Combine(directory, name)).Messages : [];

        Dictionary<uint, Substitute> deleted = [];
        List<string> needed = [];
        foreach (byte[] message in Messages(ImageName.DeletedFiles))
        {
            DeletedFileEntry entry = new(message);
            deleted[entry.File] = new Substitute(entry.Kind, entry.Replacement);
            needed.AddRange(entry.Kind == ReplacementKind.Image ? [ImageName.DeletedFile(entry.Replacement)] : []);
        }

        foreach (byte[] message in Messages(ImageName.MemoryFiles))
        {
            MemoryInodeEntry memory = new(message);
            needed.AddRange(memory.Size > 0 ? [ImageName.SharedPageMap(memory.SharedMemory)] : []);
        }

        Dictionary<uint, NamedFile> files = [];
        List<FreeSocket> free = [];
        List<BoundName> bound = [];
        ReadFiles(Messages(ImageName.OpenFiles), files, free, bound);
        int[] processes = [.. Messages(ImageName.Processes).Select(message => new ProcessEntry(message).Pid)];
        return new ImageContents
        {
            Files = files,
            Deleted = deleted,
            Terminals = [.. Messages(ImageName.Terminals).Select(PseudoTerminal.Read).OfType<PseudoTerminal>()],
            Processes = new HashSet<int>(processes),
            TaskFiles = [.. processes.Where(pid => names.Contains(ImageName.Memory(pid))).SelectMany(pid => FilesOf(pid, Messages))],
            FreeSockets = free,
            BoundSockets = bound,
            MissingImages = [.. needed.Distinct().Where(name => !names.Contains(name))],
        };
    }

    private static void ReadFiles(List<byte[]> messages, Dictionary<uint, NamedFile> files, List<FreeSocket> free, List<BoundName> bound)
    {
        files.EnsureCapacity(messages.Count);
        foreach (byte[] message in messages)
        {
            OpenFileEntry entry = new(message);
            switch (entry.Kind)
            {
                case FileKind.Regular:
                    files[entry.Id] = NamedFile.Of(entry.Regular);
                    break;
                case FileKind.InetSocket when FreeSocket.TryRead(entry.InetSocket) is { } socket:
                    free.Add(socket);
                    break;
                case FileKind.UnixSocket when entry.UnixSocket is { IsDeleted: false, Name: [(byte)'/', ..] }:
                    bound.Add(new BoundName(entry.UnixSocket.Inode, ByteStrings.Decode(entry.UnixSocket.Name.TrimEnd((byte)0))));
                    break;
                default:
                    break;
            }
        }
    }

    private static TaskFile[] FilesOf(int pid, Func<string, List<byte[]>> messages)
    {
        uint executable = messages(ImageName.Memory(pid)) is [var memory, ..] ? new MemoryEntry(memory).Executable : 0;
        TaskFile ofTask = new(pid, "executable", executable);
        return messages(ImageName.Directories(pid)) is [var directories, ..] && new DirectoriesEntry(directories) is var entry
            ? [ofTask, new(pid, "working directory", entry.WorkingDirectory), new(pid, "root directory", entry.RootDirectory)]
            : [ofTask];
    }
}
