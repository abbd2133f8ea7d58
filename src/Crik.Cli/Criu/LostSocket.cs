namespace Crik.Criu;

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
        List<LostSocket> lost = [];
        try
        {
            foreach (BoundSocket socket in BoundSocket.ReadAll(images))
            {
                if (addresses.Lost(socket.Address) is { } old)
                {
                    lost.Add(new LostSocket(socket.Protocol, socket.Place, old.Interface));
                }
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            return [];
        }

        return [.. lost.Distinct()];
    }
}
