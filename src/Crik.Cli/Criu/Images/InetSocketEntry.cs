using System.Buffers.Binary;

namespace Crik.Criu.Images;

/// <summary>A TCP, UDP or raw socket.</summary>
/// <remarks>inet_sk_entry of criu's images/sk-inet.proto.</remarks>
internal readonly ref struct InetSocketEntry(ReadOnlySpan<byte> message)
{
    private const int FamilyField = 3;
    private const int SourceField = 11;
    private const ulong Version4 = 2; // AF_INET
    private const int WordBytes = 4;

    private readonly ReadOnlySpan<byte> _message = message;

    /// <summary>The number of the protocol, as in <c>/etc/protocols</c>.</summary>
    public uint Protocol => (uint)ProtoReader.FindNumber(_message, 5);

    /// <summary>The state, with the numbers that the kernel uses for TCP and for other protocols too (include/net/tcp_states.h).</summary>
    public uint State => (uint)ProtoReader.FindNumber(_message, 6);

    public uint SourcePort => (uint)ProtoReader.FindNumber(_message, 7);

    public uint PeerPort => (uint)ProtoReader.FindNumber(_message, 8);

    /// <summary>Whether it may be bound to an address that no interface has (IP_FREEBIND, ip(7)).</summary>
    public bool MayBindAnything => ProtoReader.FindNumber(ProtoReader.FindBytes(_message, 16), 1) != 0;

    /// <summary>The address that it is bound to: 4 or 16 bytes in network order, or none.</summary>
    public byte[] Source => Address(SourceField);

    /// <summary>The address that it is connected to.</summary>
    public byte[] Peer => Address(12);

    /// <summary>The same socket, bound to another address of the same length.</summary>
    public byte[] WithSource(byte[] address)
    {
        ProtoWriter writer = new();
        int word = 0;
        ProtoReader reader = new(_message);
        while (reader.Next())
        {
            _ = reader.Field == SourceField && word * WordBytes < address.Length
                ? writer.Number(SourceField, BinaryPrimitives.ReadUInt32LittleEndian(address.AsSpan(word++ * WordBytes)))
                : writer.Raw(reader.RawField);
        }

        return writer.ToArray();
    }

    /// <summary>Reads an address, which criu stores as 32-bit words in network order. After an IPv4 address there may be three empty words.</summary>
    private byte[] Address(int field)
    {
        byte[] bytes = new byte[16];
        int length = 0;
        ProtoReader reader = new(_message);
        while (reader.MoveTo(field) && length < bytes.Length)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(length), (uint)reader.Number);
            length += WordBytes;
        }

        return bytes[..(ProtoReader.FindNumber(_message, FamilyField) == Version4 ? Math.Min(length, WordBytes) : length)];
    }
}
