using System.Buffers.Binary;

namespace Crik.Criu;

/// <summary>
/// Reads and writes criu's image files. A file has a header of one or two magic numbers, and then messages, each with its length before it
/// (criu/image.c, criu/protobuf.c). The types in <c>Crik.Criu.Images</c> decode the messages.
/// </summary>
internal sealed class CriuImage(byte[] header, List<byte[]> messages, string? path)
{
    private const uint CommonMagic = 0x54564319; // IMG_COMMON_MAGIC, criu/include/magic.h
    private const uint ServiceMagic = 0x55105940; // IMG_SERVICE_MAGIC, which files of statistics have
    private const int LargestMessage = 64 << 20;
    private const int LargestImage = 256 << 20; // only images of pages may be larger, and they have no messages

    public List<byte[]> Messages => messages;

    /// <summary>The first message. It is the only one in an image of one process.</summary>
    /// <exception cref="InvalidDataException">The image has no messages.</exception>
    public byte[] First => Messages.Count > 0 ? Messages[0] : throw new InvalidDataException($"{path ?? "an image of criu"} has no messages");

    /// <param name="dataAfter">Finds how many bytes of data follow a message. They are skipped, so that such an image can only be read.</param>
    /// <exception cref="InvalidDataException">The image is damaged; the message names the file.</exception>
    public static CriuImage Read(string path, Func<byte[], uint>? dataAfter = null)
    {
        using FileDescriptor file = Libc.Open(path, Libc.O_RDONLY | Libc.O_NOFOLLOW | Libc.O_NONBLOCK);
        if (Libc.TryStatus(file.Number) is not { IsRegular: true, Size: <= LargestImage } identity)
        {
            throw new InvalidDataException($"{path} is not a plain file, or is too large for an image of criu");
        }

        byte[] bytes = new byte[identity.Size];
        return Parse(bytes.AsSpan(0, Libc.ReadAt(file, 0, bytes)), path, dataAfter);
    }

    internal static CriuImage Parse(ReadOnlySpan<byte> bytes, string? path = null, Func<byte[], uint>? dataAfter = null)
    {
        int at = bytes.Length >= 4 && BinaryPrimitives.ReadUInt32LittleEndian(bytes) is CommonMagic or ServiceMagic ? 8 : 4;
        byte[] header = bytes.Length >= at ? bytes[..at].ToArray() : throw Damaged("this is not an image of criu");
        List<byte[]> messages = [];
        while (at < bytes.Length)
        {
            uint length = bytes.Length - at < 4 ? uint.MaxValue : BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);
            at += 4;
            if (length > LargestMessage || length > bytes.Length - at)
            {
                throw Damaged("an image of criu is cut off");
            }

            messages.Add(bytes.Slice(at, (int)length).ToArray());
            at += (int)length;
            uint data = dataAfter?.Invoke(messages[^1]) ?? 0;
            at += data <= bytes.Length - at ? (int)data : throw Damaged("an image of criu is cut off");
        }

        return new CriuImage(header, messages, path);

        InvalidDataException Damaged(string why) => new(path is null ? why : $"{path}: {why}");
    }

    public void Write(string target)
    {
        byte[] bytes = new byte[header.Length + Messages.Sum(message => 4 + message.Length)];
        header.CopyTo(bytes, 0);
        int at = header.Length;
        foreach (byte[] message in Messages)
        {
            BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(at), message.Length);
            message.CopyTo(bytes, at + 4);
            at += 4 + message.Length;
        }

        using FileDescriptor file = Libc.Open(target, Libc.O_WRONLY | Libc.O_CREAT | Libc.O_EXCL, FileModes.OwnFile);
        Libc.Write(file, bytes, target);
    }
}
