using Crik.Criu;
using Crik.Linux;

namespace Crik.Inspection;

/// <summary>Which pages of a process, or of a shared memory, are in an image of pages (images/pagemap.proto).</summary>
internal sealed class PageMap
{
    /// <summary>On arm64 with larger pages the sizes come out too small, and command lines are not found.</summary>
    private const long PageBytes = 4096;
    private const ulong InParent = 1; // PE_PARENT, PE_PRESENT: criu/include/pagemap.h
    private const ulong Present = 4;
    private const ulong Aligned = 8; // PE_PAYLOAD_ALIGNED, since criu 4.3: its pages begin where the next whole page of the file does

    private readonly uint _pages;
    private readonly List<byte[]> _messages;

    private PageMap(uint pages, List<byte[]> messages)
    {
        _pages = pages;
        _messages = messages;
    }

    /// <summary>Bytes of memory that are there.</summary>
    public long Bytes { get; private init; }

    /// <param name="messages">The head, and one for each stretch of memory.</param>
    public static PageMap Read(List<byte[]> messages)
    {
        long bytes = 0;
        for (int i = 1; i < messages.Count; i++)
        {
            bytes = checked(bytes + (IsPresent(messages[i]) ? Length(messages[i]) : 0));
        }

        return new PageMap((uint)ProtoReader.FindNumber(messages[0], 1), messages) { Bytes = bytes };
    }

    /// <summary>Copies memory from an address on, as far as it is there and not compressed.</summary>
    /// <returns>Bytes copied.</returns>
    public int ReadMemory(ImageSet images, ulong address, Span<byte> buffer)
    {
        string name = $"pages-{_pages}.img";
        using FileDescriptor? file = Libc.TryOpen(images.PathOf(name), Libc.O_RDONLY | Libc.O_NOFOLLOW | Libc.O_NONBLOCK, 0, out _);
        if (file is null || Libc.Identify(file.Number) is not { IsRegular: true })
        {
            throw new InvalidDataException($"it names {name}, which is not there");
        }

        int done = 0;
        long offset = 0;
        for (int i = 1; i < _messages.Count; i++)
        {
            byte[] entry = _messages[i];
            if (!IsPresent(entry))
            {
                continue;
            }

            if ((ProtoReader.FindNumber(entry, 4) & Aligned) != 0)
            {
                offset = checked(offset + PageBytes - 1) & ~(PageBytes - 1);
            }

            ulong start = ProtoReader.FindNumber(entry, 1);
            long length = Length(entry);
            ReadOnlySpan<byte> compressed = ProtoReader.FindBytes(entry, 6); // pagemap_blocks, since criu 4.3
            ulong wanted = address + (ulong)done;
            if (compressed.IsEmpty && done < buffer.Length && wanted >= start && wanted - start < (ulong)length)
            {
                long within = (long)(wanted - start);
                int count = (int)Math.Min(buffer.Length - done, length - within);
                int read = Libc.ReadAt(file, checked(offset + within), buffer.Slice(done, count));
                done += read == count ? read : throw new InvalidDataException($"it says more than there is in {name}");
            }

            offset = checked(offset + (compressed.IsEmpty ? length : (long)ProtoReader.FindNumber(compressed, 2)));
        }

        return done;
    }

    /// <summary>Older dumps have no flags: then it is there unless it is in a parent.</summary>
    private static bool IsPresent(ReadOnlySpan<byte> entry) =>
        (ProtoReader.FindNumber(entry, 4, ProtoReader.FindNumber(entry, 3) != 0 ? InParent : Present) & Present) != 0;

    private static long Length(ReadOnlySpan<byte> entry)
    {
        ulong count = ProtoReader.FindNumber(entry, 5, ProtoReader.FindNumber(entry, 2));
        return count <= int.MaxValue ? (long)count * PageBytes : throw new InvalidDataException("it has more pages than there can be");
    }
}
