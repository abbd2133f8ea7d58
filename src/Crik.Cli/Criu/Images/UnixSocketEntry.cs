namespace Crik.Criu.Images;

/// <remarks>unix_sk_entry of criu's images/sk-unix.proto.</remarks>
internal readonly ref struct UnixSocketEntry(ReadOnlySpan<byte> message)
{
    private const int InodeField = 2;
    private const int TypeField = 3;
    private const int StateField = 4;
    private const int PeerField = 8;
    private const int NameField = 11;
    private const int PermissionsField = 13;
    private const int IsDeletedField = 15;

    private readonly ReadOnlySpan<byte> _message = message;

    public uint Inode => (uint)ProtoReader.FindNumber(_message, InodeField);

    /// <summary>The type of the socket, as in socket(2).</summary>
    public uint Type => (uint)ProtoReader.FindNumber(_message, TypeField);

    /// <summary>The state, with the numbers of the kernel (include/net/tcp_states.h).</summary>
    public uint State => (uint)ProtoReader.FindNumber(_message, StateField);

    /// <summary>The inode of the socket at the other end; 0 for none.</summary>
    public uint Peer => (uint)ProtoReader.FindNumber(_message, PeerField);

    /// <summary>The path of the socket. An abstract name begins with a zero byte.</summary>
    public ReadOnlySpan<byte> Name => ProtoReader.FindBytes(_message, NameField);

    public bool IsDeleted => ProtoReader.FindNumber(_message, IsDeletedField) != 0;

    /// <summary>The same socket without the owner and the mode of its file.</summary>
    public byte[] WithoutPermissions() => ChangedMessage.Without(_message, PermissionsField);
}
