using System.Text;
using Crik.Criu;

namespace Crik.Inspection;

/// <summary>
/// The memory of a process: its size, and where its command line is (images/mm.proto, vma.proto). Nothing but the command
/// line is read of its pages: what is in them is nobody's business here.
/// </summary>
internal sealed class AddressSpace
{
    private const int LongestCommand = 64 << 10;
    private const ulong SharedAnonymous = 1 << 8; // VMA_ANON_SHARED, VMA_AREA_SYSVIPC: criu/include/image.h
    private const ulong SystemV = 1 << 10;
    private const ulong FileInMemory = 1 << 14; // VMA_AREA_MEMFD

    private readonly ulong _argumentsStart;
    private readonly ulong _argumentsEnd;

    /// <param name="message">That of <c>mm-PID.img</c>.</param>
    public AddressSpace(ReadOnlySpan<byte> message)
    {
        ProtoReader reader = new(message);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 8:
                    _argumentsStart = reader.Number;
                    break;
                case 9:
                    _argumentsEnd = reader.Number;
                    break;
                case 12:
                    Executable = (uint)reader.Number;
                    break;
                case 14:
                    AddArea(reader.Bytes);
                    break;
            }
        }
    }

    /// <summary>Bytes of all of it.</summary>
    public long Bytes { get; private set; }

    /// <summary>The id of that file.</summary>
    public uint Executable { get; }

    /// <summary>The ids of the shared memory it maps.</summary>
    public HashSet<ulong> Shared { get; } = [];

    /// <summary>The ids of the files in memory (memfd) that it maps.</summary>
    public HashSet<ulong> SharedFiles { get; } = [];

    /// <summary>The arguments, as <c>/proc/PID/cmdline</c> would show them; none when their page is not in the images.</summary>
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

    private void AddArea(ReadOnlySpan<byte> area)
    {
        Bytes = checked(Bytes + (long)(ProtoReader.FindNumber(area, 2) - ProtoReader.FindNumber(area, 1)));
        ulong status = ProtoReader.FindNumber(area, 7);
        if ((status & (SharedAnonymous | SystemV | FileInMemory)) != 0)
        {
            ((status & FileInMemory) != 0 ? SharedFiles : Shared).Add(ProtoReader.FindNumber(area, 4));
        }
    }
}
