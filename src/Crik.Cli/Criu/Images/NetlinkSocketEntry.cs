namespace Crik.Criu.Images;

/// <remarks>netlink_sk_entry of criu's images/sk-netlink.proto.</remarks>
internal readonly ref struct NetlinkSocketEntry(ReadOnlySpan<byte> message)
{
    private const int ProtocolField = 3;

    private readonly ReadOnlySpan<byte> _message = message;

    public uint Protocol => (uint)ProtoReader.FindNumber(_message, ProtocolField);
}
