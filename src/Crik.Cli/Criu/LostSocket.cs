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

/// <summary>A saved socket that is bound to an address of the old pod which nothing replaces in this pod.</summary>
/// <param name="Protocol">TCP, UDP or the number of another one.</param>
/// <param name="Place">The address and the port.</param>
/// <param name="Interface">The interface of the old pod that had the address.</param>
internal sealed record LostSocket(string Protocol, string Place, string Interface)
{
    /// <summary>Finds the lost sockets of a checkpoint. When its images cannot be read, this finds nothing: a restore reports why.</summary>
    /// <param name="then">The addresses of the pod that made the checkpoint.</param>
    /// <param name="now">The addresses of this pod.</param>
    public static IReadOnlyList<LostSocket> Find(string images, IReadOnlyList<string> then, IReadOnlyList<InterfaceAddress> now)
    {
        PodAddresses addresses = new([.. then.Select(InterfaceAddress.TryParse).OfType<InterfaceAddress>()], now);
        try
        {
            return
            [
                .. BoundSocket.ReadAll(images)
                    .Select(socket => addresses.Lost(socket.Address) is { } old ? new LostSocket(socket.Protocol, socket.Place, old.Interface) : null)
                    .OfType<LostSocket>().Distinct(),
            ];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            return [];
        }
    }
}
