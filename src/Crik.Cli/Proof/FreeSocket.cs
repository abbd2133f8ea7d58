using Crik.Criu.Images;

namespace Crik.Proof;

/// <summary>A socket of IPv4 with the option IP_FREEBIND.</summary>
internal sealed class FreeSocket(byte[] address, uint port)
{
    private const uint Tcp = 6;

    public byte[] Address { get; } = address;

    public uint Port { get; } = port;

    /// <returns>
    /// <see langword="null"/> for a socket that criu can bind again: one of IPv6, which it binds with this option, and a TCP connection, which
    /// comes back closed (inet_bind and open_inet_sk, criu/sk-inet.c).
    /// </returns>
    public static FreeSocket? TryRead(InetSocketEntry socket) =>
        socket.MayBindAnything && socket.SourcePort != 0 && !(socket.Protocol == Tcp && socket.PeerPort != 0) && socket.Source is { Length: 4 } address
            ? new(address, socket.SourcePort)
            : null;
}
