using Crik.Criu.Images;

namespace Crik.Criu;

/// <summary>
/// A saved socket that is bound to an address of the old pod which nothing replaces in this pod. crik looks for them before criu tries to
/// bind them.
/// </summary>
/// <param name="Protocol">TCP, UDP or the number of another one.</param>
/// <param name="Place">The address and the port.</param>
/// <param name="Interface">The interface of the old pod that had the address.</param>
internal sealed record LostSocket(string Protocol, string Place, string Interface)
{
    private const uint Tcp = 6;
    private const uint Udp = 17;

    /// <summary>Finds the lost sockets of a checkpoint. When its images cannot be read, this finds nothing: a restore reports why.</summary>
    /// <param name="then">The addresses of the pod that made the checkpoint.</param>
    /// <param name="now">The addresses of this pod.</param>
    public static IReadOnlyList<LostSocket> Find(string images, IReadOnlyList<string> then, IReadOnlyList<InterfaceAddress> now)
    {
        try
        {
            return Find(images, new PodAddresses([.. then.Select(InterfaceAddress.TryParse).OfType<InterfaceAddress>()], now));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            return [];
        }
    }

    /// <exception cref="IOException">The image cannot be read.</exception>
    /// <exception cref="InvalidDataException">The image is damaged.</exception>
    internal static IReadOnlyList<LostSocket> Find(string images, PodAddresses addresses)
    {
        List<LostSocket> lost = [];
        foreach (byte[] message in CriuImage.Read(Path.Combine(images, ImageName.OpenFiles)).Messages)
        {
            OpenFileEntry entry = new(message);
            InetSocketEntry socket = entry.InetSocket;

            // criu restores a TCP connection as a closed one, and binds it to nothing (open_inet_sk of criu/sk-inet.c).
            bool isBound = entry.Kind == FileKind.InetSocket && socket.SourcePort != 0 && !(socket.Protocol == Tcp && socket.PeerPort != 0);
            if (isBound && socket.Source is { Length: 4 or 16 } address && addresses.Lost(address) is { } old)
            {
                string protocol = socket.Protocol switch { Tcp => "TCP", Udp => "UDP", uint other => $"IP protocol {other}" };
                lost.Add(new LostSocket(protocol, InterfaceAddress.Text(address, socket.SourcePort), old.Interface));
            }
        }

        return [.. lost.Distinct()];
    }
}
