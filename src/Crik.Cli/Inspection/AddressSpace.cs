using System.Text;
using Crik.Criu;

namespace Crik.Inspection;

/// <summary>
/// The memory of a process: its size, and where its command line is (images/mm.proto, vma.proto). Nothing but the command
/// line is read of its pages: what is in them is nobody's business here.
/// </summary>
/// <param name="Bytes">Of the whole address space.</param>
/// <param name="Shared">The ids of the shared memory it maps.</param>
/// <param name="SharedFiles">The ids of the files in memory (memfd) that it maps.</param>
/// <param name="Executable">The id of that file.</param>
internal sealed record AddressSpace(
    long Bytes, IReadOnlyCollection<ulong> Shared, IReadOnlyCollection<ulong> SharedFiles, uint Executable, ulong ArgumentsStart, ulong ArgumentsEnd)
{
    private const int LongestCommand = 64 << 10;
    private const ulong SharedAnonymous = 1 << 8; // VMA_ANON_SHARED, VMA_AREA_SYSVIPC: criu/include/image.h
    private const ulong SystemV = 1 << 10;
    private const ulong FileInMemory = 1 << 14; // VMA_AREA_MEMFD

    /// <param name="message">That of <c>mm-PID.img</c>.</param>
    public static AddressSpace Read(ReadOnlySpan<byte> message)
    {
        HashSet<ulong> shared = [];
        HashSet<ulong> sharedFiles = [];
        long bytes = 0;
        ProtoReader reader = new(message);
        while (reader.Next())
        {
            if (reader.Field == 14) // vmas
            {
                bytes = checked(bytes + (long)(ProtoReader.FindNumber(reader.Bytes, 2) - ProtoReader.FindNumber(reader.Bytes, 1)));
                ulong status = ProtoReader.FindNumber(reader.Bytes, 7);
                if ((status & (SharedAnonymous | SystemV | FileInMemory)) != 0)
                {
                    ((status & FileInMemory) != 0 ? sharedFiles : shared).Add(ProtoReader.FindNumber(reader.Bytes, 4));
                }
            }
        }

        return new AddressSpace(
            bytes, shared, sharedFiles, (uint)ProtoReader.FindNumber(message, 12), ProtoReader.FindNumber(message, 8), ProtoReader.FindNumber(message, 9));
    }

    /// <summary>The arguments, as <c>/proc/PID/cmdline</c> would show them; none when their page is not in the images.</summary>
    public IReadOnlyList<string> ReadCommand(PageMap pages, ImageSet images)
    {
        if (ArgumentsEnd <= ArgumentsStart)
        {
            return [];
        }

        byte[] arguments = new byte[(int)Math.Min(ArgumentsEnd - ArgumentsStart, LongestCommand)];
        int read = pages.ReadMemory(images, ArgumentsStart, arguments);
        string text = Encoding.UTF8.GetString(arguments, 0, read).TrimEnd('\0');
        return text.Length == 0 ? [] : text.Split('\0');
    }
}
