namespace Crik.Criu.Images;

/// <remarks>unix_sk_entry of criu's images/sk-unix.proto.</remarks>
internal readonly ref struct UnixSocketEntry(ReadOnlySpan<byte> message)
{
    private const int PermissionsField = 13;

    private readonly ReadOnlySpan<byte> _message = message;

    public uint Inode => (uint)ProtoReader.FindNumber(_message, 2);

    /// <summary>The type of the socket, as in socket(2).</summary>
    public uint Type => (uint)ProtoReader.FindNumber(_message, 3);

    /// <summary>The state, with the numbers of the kernel (include/net/tcp_states.h).</summary>
    public uint State => (uint)ProtoReader.FindNumber(_message, 4);

    /// <summary>The inode of the socket at the other end; 0 for none.</summary>
    public uint Peer => (uint)ProtoReader.FindNumber(_message, 8);

    /// <summary>The path of the socket. An abstract name begins with a zero byte.</summary>
    public ReadOnlySpan<byte> Name => ProtoReader.FindBytes(_message, 11);

    public bool IsDeleted => ProtoReader.FindNumber(_message, 15) != 0;

    /// <summary>The same socket without the owner and the mode of its file.</summary>
    public byte[] WithoutPermissions() => ChangedMessage.Without(_message, PermissionsField);
}
