using Crik.Criu.Images;

namespace Crik.Inspection;

/// <summary>
/// The memory of a process: its size, what it shares, and its command line. Nothing but the command line is read of its pages, because
/// what else is in them may be secret.
/// </summary>
internal sealed class AddressSpace
{
    private const int LongestCommand = 64 << 10;

    private readonly ulong _argumentsStart;
    private readonly ulong _argumentsEnd;

    /// <param name="message">The message of <c>mm-PID.img</c>.</param>
    public AddressSpace(ReadOnlySpan<byte> message)
    {
        MemoryEntry memory = new(message);
        _argumentsStart = memory.ArgumentsStart;
        _argumentsEnd = memory.ArgumentsEnd;
        Executable = memory.Executable;
        foreach (MemoryArea area in memory.Areas)
        {
            Bytes = checked(Bytes + (long)(area.End - area.Start));
            if (area.ShowsMemoryFile)
            {
                SharedFiles.Add(area.SharedMemory);
            }
            else if (area.ShowsSharedMemory)
            {
                Shared.Add(area.SharedMemory);
            }
        }
    }

    /// <summary>How many bytes the process has mapped.</summary>
    public long Bytes { get; }

    /// <summary>The id of the executable's open file.</summary>
    public uint Executable { get; }

    /// <summary>The ids of the shared memory that the process has mapped.</summary>
    public HashSet<ulong> Shared { get; } = [];

    /// <summary>The ids of the files in memory (memfd) that the process has mapped.</summary>
    public HashSet<ulong> SharedFiles { get; } = [];

    /// <summary>Reads the arguments, as <c>/proc/PID/cmdline</c> would show them; none when their page is not in the images.</summary>
    public string[] ReadCommand(PageMap pages, ImageSet images)
    {
        if (_argumentsEnd <= _argumentsStart)
        {
            return [];
        }

        byte[] arguments = new byte[(int)Math.Min(_argumentsEnd - _argumentsStart, LongestCommand)];
        int read = pages.ReadMemory(images, _argumentsStart, arguments);
        string text = Encoding.UTF8.GetString(arguments, 0, read).TrimEnd('\0');
        return text.Length == 0 ? [] : text.Split('\0');
    }
}
