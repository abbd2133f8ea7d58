using System.Buffers.Binary;

namespace Crik.Criu.Images;

/// <summary>A TCP, UDP or raw socket.</summary>
/// <remarks>inet_sk_entry of criu's images/sk-inet.proto.</remarks>
internal readonly ref struct InetSocketEntry(ReadOnlySpan<byte> message)
{
    private const int FamilyField = 3;
    private const int ProtocolField = 5;
    private const int StateField = 6;
    private const int SourcePortField = 7;
    private const int PeerPortField = 8;
    private const int SourceField = 11;
    private const int PeerField = 12;
    private const ulong Version4 = 2; // AF_INET
    private const int WordBytes = 4;

    private readonly ReadOnlySpan<byte> _message = message;

    /// <summary>The number of the protocol, as in <c>/etc/protocols</c>.</summary>
    public uint Protocol => (uint)ProtoReader.FindNumber(_message, ProtocolField);

    /// <summary>The state, with the numbers that the kernel uses for TCP and for other protocols too (include/net/tcp_states.h).</summary>
    public uint State => (uint)ProtoReader.FindNumber(_message, StateField);

    public uint SourcePort => (uint)ProtoReader.FindNumber(_message, SourcePortField);

    public uint PeerPort => (uint)ProtoReader.FindNumber(_message, PeerPortField);

    /// <summary>The address that it is bound to: 4 or 16 bytes in network order, or none.</summary>
    public byte[] Source => Address(SourceField);

    /// <summary>The address that it is connected to.</summary>
    public byte[] Peer => Address(PeerField);

    /// <summary>The same socket, bound to another address of the same length.</summary>
    public byte[] WithSource(byte[] address)
    {
        ProtoWriter writer = new();
        int word = 0;
        ProtoReader reader = new(_message);
        while (reader.Next())
        {
            if (reader.Field == SourceField && word * WordBytes < address.Length)
            {
                writer.Number(SourceField, BinaryPrimitives.ReadUInt32LittleEndian(address.AsSpan(word++ * WordBytes)));
            }
            else
            {
                writer.Raw(reader.RawField);
            }
        }

        return writer.ToArray();
    }

    /// <summary>Reads an address, which criu stores as 32-bit words in network order. After an IPv4 address there may be three empty words.</summary>
    private byte[] Address(int field)
    {
        byte[] bytes = new byte[16];
        int length = 0;
        ProtoReader reader = new(_message);
        while (reader.Next())
        {
            if (reader.Field == field && length < bytes.Length)
            {
                BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(length), (uint)reader.Number);
                length += WordBytes;
            }
        }

        return bytes[..(ProtoReader.FindNumber(_message, FamilyField) == Version4 ? Math.Min(length, WordBytes) : length)];
    }
}
