using Crik.Criu.Images;

namespace Crik.Criu;

/// <summary>Describes a saved socket that criu will bind to an address when it restores, so that crik can check the address first.</summary>
/// <param name="Protocol">TCP, UDP, or the number of another protocol.</param>
internal sealed record BoundSocket(string Protocol, byte[] Address, uint Port)
{
    private const uint Tcp = 6;
    private const uint Udp = 17;

    /// <exception cref="IOException">The image cannot be read.</exception>
    /// <exception cref="InvalidDataException">The image is damaged.</exception>
    public static List<BoundSocket> ReadAll(string images)
    {
        List<BoundSocket> found = [];
        foreach (byte[] message in CriuImage.Read(Path.Combine(images, ImageName.OpenFiles)).Messages)
        {
            OpenFileEntry entry = new(message);
            InetSocketEntry socket = entry.InetSocket;

            // criu restores a TCP connection as a closed one, and binds it to nothing (open_inet_sk of criu/sk-inet.c).
            bool isBound = entry.Kind == FileKind.InetSocket && socket.SourcePort != 0 && !(socket.Protocol == Tcp && socket.PeerPort != 0);
            if (isBound && socket.Source is { Length: 4 or 16 } address)
            {
                found.Add(new BoundSocket(socket.Protocol switch { Tcp => "TCP", Udp => "UDP", uint other => $"IP protocol {other}" }, address, socket.SourcePort));
            }
        }

        return found;
    }

    /// <summary>The address and the port, as in <c>10.0.0.5:80</c> or <c>[fd00::5]:80</c>.</summary>
    public string Place => InterfaceAddress.Text(Address, Port);
}
