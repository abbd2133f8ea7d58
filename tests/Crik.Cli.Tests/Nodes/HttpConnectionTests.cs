using System.Net;
using System.Net.Sockets;
using Crik.Linux;
using Crik.Nodes;

namespace Crik.Tests.Nodes;

public sealed class HttpConnectionTests
{
    [Fact]
    public async Task A_peer_that_never_stops_sending_is_given_up_at_the_deadline()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        FileDescriptor socket = Libc.BeginConnect(Libc.FindAddresses("127.0.0.1", ((IPEndPoint)listener.LocalEndpoint).Port, out _)[0], out _)!;
        using TcpClient peer = await listener.AcceptTcpClientAsync();
        Task sending = SendAsync(peer);
        Deadline longAfter = Deadline.In(TimeSpan.FromSeconds(20));
        using (HttpConnection connection = new(socket, "the peer", Deadline.In(TimeSpan.FromMilliseconds(300)), stop: -1))
        {
            HttpException exception = Assert.Throws<HttpException>(() => ReceiveUntil(longAfter, connection));

            Assert.Equal("the peer: no answer in time", exception.Message);
        }

        await sending;
    }

    private static void ReceiveUntil(Deadline end, HttpConnection connection)
    {
        byte[] buffer = new byte[1]; // a slow reader, so that there is always something to read
        while (!end.HasPassed)
        {
            connection.Receive(buffer);
        }
    }

    private static async Task SendAsync(TcpClient peer)
    {
        try
        {
            byte[] bytes = new byte[1 << 16];
            while (true)
            {
                await peer.GetStream().WriteAsync(bytes);
            }
        }
        catch (IOException)
        {
            // The client has hung up.
        }
    }
}
