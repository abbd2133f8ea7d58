using System.Net;
using System.Net.Sockets;

namespace Crik.StandIn;

/// <summary>
/// Finds free ports for a process that must be told its ports. They are below the range from which the kernel chooses
/// ports, so that it does not give them to another process.
/// </summary>
public static class FreePorts
{
    private const int First = 10000;
    private const int End = 32768; // the default start of net.ipv4.ip_local_port_range

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
                // The port is in use. Try another one.
            }
        }

        return [.. ports];
    }
}
