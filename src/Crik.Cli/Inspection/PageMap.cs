using Crik.Criu.Images;

namespace Crik.Inspection;

/// <summary>Knows which pages of a process, or of shared memory, are in an image of pages, and where in it.</summary>
internal sealed class PageMap
{
    /// <summary>On arm64 with larger pages the sizes come out too small, and command lines are not found.</summary>
    private const long PageBytes = 4096;

    private readonly uint _pages;
    private readonly List<byte[]> _messages;

    /// <param name="messages">The head, and one for each stretch of memory.</param>
    public PageMap(List<byte[]> messages)
    {
        (_pages, _messages) = (new PageMapHead(messages[0]).Pages, messages);
        for (int i = 1; i < messages.Count; i++)
        {
            PageMapEntry entry = new(messages[i]);
            Bytes = checked(Bytes + (entry.IsPresent ? Length(entry) : 0));
        }
    }

    /// <summary>How many bytes of memory are in the dump.</summary>
    public long Bytes { get; }

    /// <summary>Copies memory from an address on, as far as it is in the dump and not compressed.</summary>
    /// <returns>How many bytes were copied.</returns>
    public int ReadMemory(ImageSet images, ulong address, Span<byte> buffer)
    {
        string name = ImageName.Pages(_pages);
        using FileDescriptor? file = Libc.TryOpen(images.PathOf(name), Libc.O_RDONLY | Libc.O_NOFOLLOW | Libc.O_NONBLOCK, 0, out _);
        if (file is null || Libc.TryStatus(file.Number) is not { IsRegular: true })
        {
            throw new InvalidDataException($"it names {name}, which is not there");
        }

        int done = 0;
        long offset = 0;
        for (int i = 1; i < _messages.Count; i++)
        {
            PageMapEntry entry = new(_messages[i]);
            if (!entry.IsPresent)
            {
                continue;
            }

            if (entry.IsAligned)
            {
                offset = checked(offset + PageBytes - 1) & ~(PageBytes - 1);
            }

            long length = Length(entry);
            long? compressed = entry.CompressedBytes;
            ulong wanted = address + (ulong)done;
            if (compressed is null && done < buffer.Length && wanted >= entry.Address && wanted - entry.Address < (ulong)length)
            {
                long within = (long)(wanted - entry.Address);
                int count = (int)Math.Min(buffer.Length - done, length - within);
                int read = Libc.ReadAt(file, checked(offset + within), buffer.Slice(done, count));
                done += read == count ? read : throw new InvalidDataException($"it names more pages than there are in {name}");
            }

            offset = checked(offset + (compressed ?? length));
        }

        return done;
    }

    private static long Length(PageMapEntry entry) =>
        entry.Count is <= int.MaxValue and var count ? (long)count * PageBytes : throw new InvalidDataException("it has more pages than there can be");
}
