namespace Crik.Criu.Images;

/// <summary>A message that a socket has not received yet, in <c>sk-queues.img</c>. Its bytes come after it.</summary>
/// <remarks>sk_packet_entry of criu's images/sk-packet.proto.</remarks>
internal readonly struct SocketMessageEntry(ReadOnlySpan<byte> message)
{
    /// <summary>The id of the open file that is the socket.</summary>
    public uint Socket { get; } = (uint)ProtoReader.FindNumber(message, 1);

    public uint Length { get; } = (uint)ProtoReader.FindNumber(message, 2);

    public bool CarriesFiles { get; } = ProtoReader.Count(message, 4) > 0;
}
