using System.Buffers.Binary;

namespace Crik.Linux;

/// <summary>A Unix socket that is bound to a path, or that was accepted by one and has its name.</summary>
/// <param name="Inode">The socket's own inode, which is not that of its file.</param>
/// <param name="Path">The path to which it was bound. Its file may have another name now, or none.</param>
/// <param name="Device">The file system of its file, in the kernel's form.</param>
/// <param name="File">The lower 32 bits of its file's inode; the kernel tells no more.</param>
internal readonly record struct BoundSocket(uint Inode, string Path, ulong Device, uint File)
{
    /// <summary>The target of its links in <c>/proc/PID/fd</c>.</summary>
    public string Link => $"socket:[{Inode}]";

    /// <summary>
    /// Asks for the names and the files of the Unix sockets in all states (sock_diag(7)): struct nlmsghdr, in which the type is
    /// SOCK_DIAG_BY_FAMILY and the flags are NLM_F_REQUEST and NLM_F_DUMP, and struct unix_diag_req with UDIAG_SHOW_NAME and UDIAG_SHOW_VFS.
    /// </summary>
    public static ReadOnlySpan<byte> Question =>
    [
        40, 0, 0, 0, 20, 0, 1, 3, 0, 0, 0, 0, 0, 0, 0, 0,
        1, 0, 0, 0, 255, 255, 255, 255, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    ];

    /// <summary>Reads one packet of the answer.</summary>
    /// <param name="found">Gets the sockets that have a path. Names without a file and sockets without a name are left out.</param>
    /// <returns>Whether another packet follows.</returns>
    public static bool Read(ReadOnlySpan<byte> packet, List<BoundSocket> found)
    {
        const int SOCK_DIAG_BY_FAMILY = 20;
        const int HeaderBytes = 16; // struct nlmsghdr: length, type at 4
        const int MessageBytes = 16; // struct unix_diag_msg: the inode at 4
        while (packet.Length >= HeaderBytes)
        {
            int length = (int)Math.Min((uint)packet.Length, BinaryPrimitives.ReadUInt32LittleEndian(packet));
            if (length < HeaderBytes + MessageBytes || BinaryPrimitives.ReadUInt16LittleEndian(packet[4..]) != SOCK_DIAG_BY_FAMILY)
            {
                return false; // NLMSG_DONE, NLMSG_ERROR
            }

            ReadOnlySpan<byte> message = packet[HeaderBytes..length];
            if (Parse(BinaryPrimitives.ReadUInt32LittleEndian(message[4..]), message[MessageBytes..]) is { } socket)
            {
                found.Add(socket);
            }

            packet = packet[Math.Min(packet.Length, Aligned(length))..];
        }

        return true;
    }

    /// <summary>Reads the attributes, each of which has its length, its type, and its value.</summary>
    private static BoundSocket? Parse(uint inode, ReadOnlySpan<byte> attributes)
    {
        const int UNIX_DIAG_NAME = 0;
        const int UNIX_DIAG_VFS = 1; // struct unix_diag_vfs: inode, device
        string path = "";
        (uint File, uint Device)? place = null;
        while (attributes.Length >= 4 && BinaryPrimitives.ReadUInt16LittleEndian(attributes) is >= 4 and var length && length <= attributes.Length)
        {
            ReadOnlySpan<byte> value = attributes[4..length];
            switch (BinaryPrimitives.ReadUInt16LittleEndian(attributes[2..]))
            {
                case UNIX_DIAG_NAME:
                    path = ByteStrings.Decode(value.TrimEnd((byte)0)); // an abstract name begins with a zero byte
                    break;

                case UNIX_DIAG_VFS when value.Length >= 8:
                    place = (BinaryPrimitives.ReadUInt32LittleEndian(value), BinaryPrimitives.ReadUInt32LittleEndian(value[4..]));
                    break;
            }

            attributes = attributes[Math.Min(attributes.Length, Aligned(length))..];
        }

        return place is { } at && path.Length > 0 && path[0] != '\0' ? new BoundSocket(inode, path, at.Device, at.File) : null;
    }

    private static int Aligned(int length) => (length + 3) & ~3;
}
