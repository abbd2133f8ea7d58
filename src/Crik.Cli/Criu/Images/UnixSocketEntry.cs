namespace Crik.Criu.Images;

/// <remarks>unix_sk_entry of criu's images/sk-unix.proto.</remarks>
internal readonly ref struct UnixSocketEntry(ReadOnlySpan<byte> message)
{
    private const int NameField = 11;
    private const int PermissionsField = 13;
    private const int DirectoryField = 14;
    private const int DeletedField = 15;

    private readonly ReadOnlySpan<byte> _message = message;

    public uint Inode => (uint)ProtoReader.FindNumber(_message, 2);

    /// <summary>The type of the socket, as in socket(2).</summary>
    public uint Type => (uint)ProtoReader.FindNumber(_message, 3);

    /// <summary>The state, with the numbers of the kernel (include/net/tcp_states.h).</summary>
    public uint State => (uint)ProtoReader.FindNumber(_message, 4);

    /// <summary>The inode of the socket at the other end; 0 for none.</summary>
    public uint Peer => (uint)ProtoReader.FindNumber(_message, 8);

    /// <summary>The path of the socket. An abstract name begins with a zero byte.</summary>
    public ReadOnlySpan<byte> Name => ProtoReader.FindBytes(_message, NameField);

    public bool IsDeleted => ProtoReader.FindNumber(_message, DeletedField) != 0;

    /// <summary>The same socket, bound to another path.</summary>
    /// <param name="directory">The directory that criu makes its working directory before it binds the socket, if it does.</param>
    /// <param name="mode">The permission bits of the file.</param>
    public byte[] BoundTo(string path, string? directory, uint mode, uint user, uint group)
    {
        const int ModeField = 1; // file_perms_entry
        const int UserField = 2;
        const int GroupField = 3;
        ProtoWriter writer = new();
        ProtoReader reader = new(_message);
        while (reader.Next())
        {
            if (reader.Field is not (NameField or PermissionsField or DirectoryField or DeletedField))
            {
                writer.Raw(reader.RawField);
            }
        }

        writer.Bytes(NameField, [.. ByteStrings.Encode(path), 0])
            .Message(PermissionsField, new ProtoWriter().Number(ModeField, (uint)FileType.Socket | mode).Number(UserField, user).Number(GroupField, group));
        return (directory is null ? writer : writer.Text(DirectoryField, directory)).ToArray();
    }

    /// <summary>The same socket without the owner and the mode of its file.</summary>
    public byte[] WithoutPermissions() => ChangedMessage.Without(_message, PermissionsField);
}
