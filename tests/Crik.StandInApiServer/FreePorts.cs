using System.Net;
using System.Net.Sockets;

namespace Crik.StandIn;

/// <summary>For a process that is told its ports. Somebody else can take one in between: then it says so and the caller tries again.</summary>
public static class FreePorts
{
    public static int[] Find(int count)
    {
        TcpListener[] listeners = [.. Enumerable.Range(0, count).Select(_ => new TcpListener(IPAddress.Loopback, 0))];
        foreach (TcpListener listener in listeners)
        {
            listener.Start();
        }

        int[] ports = [.. listeners.Select(listener => ((IPEndPoint)listener.LocalEndpoint).Port)];
        foreach (TcpListener listener in listeners)
        {
            listener.Dispose();
        }

        return ports;
    }
}
