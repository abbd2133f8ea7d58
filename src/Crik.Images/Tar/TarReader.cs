using System.Text;

namespace Crik.Images.Tar;

/// <summary>
/// Walks through an archive from begin to end and keeps nothing of it. System.Formats.Tar keeps an extended header of any
/// size in memory, accepts an archive without its end, and makes an object with all attributes for each member.
/// </summary>
internal sealed class TarReader(Stream archive, ArchiveLimits limits)
{
    /// <summary>The most zeros after the end. GNU tar fills its last record, which has 10 KiB unless somebody wants more.</summary>
    private const int LongestEnd = 1 << 20;

    private readonly byte[] _block = new byte[TarBlock.Bytes];
    private byte[]? _discarded;
    private int _members;
    private long _content; // what is left of the content of the member
    private int _padding;

    /// <summary>How many bytes were read or passed over.</summary>
    public long Position { get; private set; }

    /// <returns>The next member, or null when the archive is at its proper end.</returns>
    public async ValueTask<TarMember?> NextAsync(CancellationToken cancellationToken)
    {
        await PassAsync(_content + _padding, cancellationToken);
        (_content, _padding) = (0, 0);
        PaxRecords records = PaxRecords.None;
        string? longName = null;
        while (true)
        {
            if (!await ReadBlockAsync(cancellationToken))
            {
                throw Truncated();
            }

            if (new TarBlock(_block).IsZero)
            {
                await EndAsync(cancellationToken);
                return records == PaxRecords.None && longName is null ? null : throw Truncated();
            }

            if (++_members > limits.Members)
            {
                throw new ImageException(ImageFailure.TooLarge, $"The archive has more than {limits.Members} members.");
            }

            (byte type, string name, long size) = Header();
            switch (type)
            {
                case (byte)'x' when records == PaxRecords.None:
                    records = PaxRecords.Parse(await ExtensionAsync(size, cancellationToken));
                    break;
                case (byte)'L' when longName is null:
                    longName = Encoding.UTF8.GetString((await ExtensionAsync(size, cancellationToken)).AsSpan().TrimEnd((byte)0));
                    break;
                case (byte)'x' or (byte)'L' or (byte)'g':
                    throw new ImageException(ImageFailure.Unsafe, "The archive has extended headers that contradict each other or count for several members.");
                default:
                    return Member(type, records.Name ?? longName ?? name, records.Size ?? size);
            }
        }
    }

    /// <summary>Reads the beginning of the content of the member, at most this many bytes.</summary>
    public async ValueTask<byte[]> ContentAsync(int most, CancellationToken cancellationToken)
    {
        byte[] content = new byte[Math.Min(most, _content)];
        await FillAsync(content, cancellationToken);
        _content -= content.Length;
        return content;
    }

    private static ImageException Truncated() =>
        new(ImageFailure.Truncated, "The archive ends too early: the disk may have been full, or the node went down. Take the checkpoint again.");

    private static ImageException NotAnArchive(string what) =>
        new(ImageFailure.NotAnArchive, $"{what}, so it is no tar archive or damaged. Take the checkpoint again.");

    private (byte Type, string Name, long Size) Header()
    {
        TarBlock block = new(_block);
        return !block.HasRightChecksum ? throw NotAnArchive($"The checksum of the header at byte {Position - TarBlock.Bytes} is wrong")
            : block.Size is { } size ? (block.Type, block.Name, size)
            : throw NotAnArchive($"The size in the header at byte {Position - TarBlock.Bytes} is no number");
    }

    private TarMember Member(byte type, string name, long size)
    {
        TarMemberKind kind = type switch
        {
            0 or (byte)'0' => TarMemberKind.File,
            (byte)'5' => TarMemberKind.Directory,
            _ => TarMemberKind.Other,
        };
        CheckSize(size);
        _content = kind is TarMemberKind.File || size is 0 ? size
            : throw NotAnArchive($"The member at byte {Position - TarBlock.Bytes} is no file and has content");
        _padding = PaddingOf(size);
        return new TarMember(name, kind, size);
    }

    private async ValueTask<byte[]> ExtensionAsync(long size, CancellationToken cancellationToken)
    {
        if (size > limits.HeaderBytes)
        {
            throw new ImageException(
                ImageFailure.TooLarge, $"The archive has an extended header of {size} bytes, and at most {limits.HeaderBytes} are allowed.");
        }

        byte[] content = new byte[size];
        await FillAsync(content, cancellationToken);
        await PassAsync(PaddingOf(size), cancellationToken);
        return content;
    }

    /// <summary>An archive ends with two blocks of zeros. Programs may add more of them, up to a record of theirs.</summary>
    private async ValueTask EndAsync(CancellationToken cancellationToken)
    {
        long end = Position;
        while (await ReadBlockAsync(cancellationToken))
        {
            if (!new TarBlock(_block).IsZero || Position - end > LongestEnd)
            {
                throw NotAnArchive($"Something follows the end of the archive at byte {Position - TarBlock.Bytes}");
            }
        }

        if (Position == end)
        {
            throw Truncated();
        }
    }

    private static int PaddingOf(long size) => (int)(-size & (TarBlock.Bytes - 1));

    private void CheckSize(long more)
    {
        if (more > limits.ArchiveBytes - Position)
        {
            throw new ImageException(ImageFailure.TooLarge, $"The archive has more than {limits.ArchiveBytes} bytes.");
        }
    }

    /// <returns>False if the archive ended just before the block.</returns>
    private async ValueTask<bool> ReadBlockAsync(CancellationToken cancellationToken)
    {
        int length = await archive.ReadAtLeastAsync(_block, _block.Length, throwOnEndOfStream: false, cancellationToken);
        Position += length;
        return length == _block.Length || (length is 0 ? false : throw Truncated());
    }

    private async ValueTask FillAsync(Memory<byte> content, CancellationToken cancellationToken)
    {
        int length = await archive.ReadAtLeastAsync(content, content.Length, throwOnEndOfStream: false, cancellationToken);
        Position += length;
        if (length < content.Length)
        {
            throw Truncated();
        }
    }

    private async ValueTask PassAsync(long length, CancellationToken cancellationToken)
    {
        if (archive.CanSeek)
        {
            _ = length <= archive.Length - archive.Position ? archive.Seek(length, SeekOrigin.Current) : throw Truncated();
            Position += length;
            return;
        }

        _discarded ??= new byte[64 << 10];
        while (length > 0)
        {
            Memory<byte> part = _discarded.AsMemory(0, (int)Math.Min(length, _discarded.Length));
            await FillAsync(part, cancellationToken);
            length -= part.Length;
        }
    }
}
