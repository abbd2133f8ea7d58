using System.Net;
using System.Net.Sockets;

namespace Crik.StandIn;

/// <summary>For a process that is told its ports: below those that the kernel gives to whoever asks for any.</summary>
public static class FreePorts
{
    private const int First = 10000;
    private const int End = 32768; // net.ipv4.ip_local_port_range

    public static int[] Find(int count)
    {
        HashSet<int> ports = [];
        while (ports.Count < count)
        {
            int port = Random.Shared.Next(First, End);
            using TcpListener listener = new(IPAddress.Loopback, port);
            try
            {
                listener.Start();
                ports.Add(port);
            }
            catch (SocketException exception) when (exception.SocketErrorCode is SocketError.AddressAlreadyInUse)
            {
                // the next one
            }
        }

        return [.. ports];
    }
}
