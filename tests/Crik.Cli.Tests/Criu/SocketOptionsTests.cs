using System.Net;
using System.Net.Sockets;
using Crik.Criu;

namespace Crik.Tests.Criu;

public sealed class SocketOptionsTests
{
    private const int IpRecvErr = 11;
    private const int TcpUserTimeout = 18;

    [Fact]
    public void Options_that_are_not_as_in_a_new_socket_are_read_and_set_in_another_socket()
    {
        using Socket socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        using Socket restored = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.SetRawSocketOption(0, IpRecvErr, [1, 0, 0, 0]);

        DescriptorTraits traits = Assert.Single(SocketOptions.Read([Descriptor(socket), Descriptor(socket)]));

        Assert.Equal(["IP_RECVERR=01000000"], traits.Traits);
        Assert.Empty(SocketOptions.Restore([traits with { Descriptor = (int)restored.Handle }]));
        Assert.Equal(traits.Traits, Assert.Single(SocketOptions.Read([Descriptor(restored)])).Traits);
    }

    [Fact]
    public void Connections_over_TCP_are_left_out_because_a_restore_closes_them()
    {
        using Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        using Socket client = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        client.Connect(listener.LocalEndPoint!);
        foreach (Socket socket in (Socket[])[listener, client])
        {
            socket.SetRawSocketOption((int)SocketOptionLevel.Tcp, TcpUserTimeout, [100, 0, 0, 0]);
        }

        DescriptorTraits found = Assert.Single(SocketOptions.Read([Descriptor(listener), Descriptor(client)]));

        Assert.Equal((int)listener.Handle, found.Descriptor);
        Assert.Contains("TCP_USER_TIMEOUT=64000000", found.Traits);
    }

    [Theory]
    [InlineData("IP_TRANSPORT=01000000")]
    [InlineData("IP_RECVERR=1")]
    [InlineData("IP_RECVERR=xx000000")]
    [InlineData("IP_RECVERR=")]
    [InlineData("IP_RECVERR")]
    [InlineData("TCP_MAXSEG=00010000")] // a socket of UDP has none
    public void An_option_that_a_socket_does_not_take_is_reported(string option)
    {
        using Socket socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);

        Assert.Single(SocketOptions.Restore([new DescriptorTraits(Environment.ProcessId, (int)socket.Handle, [option])]));
        Assert.Empty(SocketOptions.Read([Descriptor(socket)]));
    }

    [Fact]
    public void A_socket_that_is_not_there_any_more_is_skipped() =>
        Assert.Empty(SocketOptions.Restore([new DescriptorTraits(Environment.ProcessId, int.MaxValue, ["IP_RECVERR=01000000"])]));

    private static OpenDescriptor Descriptor(Socket socket) => new(Environment.ProcessId, (int)socket.Handle, $"socket:[{socket.Handle}]");
}
