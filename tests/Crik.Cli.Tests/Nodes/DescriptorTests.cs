using System.Net;
using System.Net.Sockets;
using Crik.Linux;
using Crik.Nodes;

namespace Crik.Tests.Nodes;

/// <summary>Tests that no failed question leaves a socket behind. It counts the sockets of this process, so no other test may run meanwhile.</summary>
[CollectionDefinition(nameof(DescriptorTests), DisableParallelization = true)]
[Collection(nameof(DescriptorTests))]
public sealed class DescriptorTests
{
    private const int Failures = 100;

    /// <summary>Sockets that the test's own servers and the runtime may keep open for a while.</summary>
    private const int Noise = Failures / 4;

    [Fact]
    public void A_refused_connection_costs_no_descriptor()
    {
        HttpAddress address;
        using (StandInServer server = new(_ => null))
        {
            address = server.Address;
        }

        AssertNothingLeaks(address, "Connection refused", () => Deadline.In(TimeSpan.FromSeconds(60)));
    }

    [Fact]
    public void A_connection_that_does_not_come_about_in_time_costs_no_descriptor()
    {
        using Socket full = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        full.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        full.Listen(0);
        IPEndPoint end = (IPEndPoint)full.LocalEndPoint!;
        using Socket waiting = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        waiting.Connect(end); // fills the queue, so that the kernel drops the next ones' packets

        AssertNothingLeaks(new HttpAddress("127.0.0.1", end.Port, ""), "no connection in time", () => Deadline.In(TimeSpan.FromMilliseconds(20)));
    }

    [Fact]
    public void A_connection_that_crik_stops_waiting_for_costs_no_descriptor()
    {
        using StandInServer server = new(_ => null);
        using FileDescriptor stop = Libc.MakeEventDescriptor();
        Libc.TryWrite(stop.Number, BitConverter.GetBytes(1UL));

        AssertNothingLeaks(server.Address, "stopped waiting", () => Deadline.In(TimeSpan.FromSeconds(60)), stop.Number);
    }

    [Fact]
    public void A_silent_server_costs_no_descriptor()
    {
        using StandInServer server = new(_ => null);
        server.ForgetsSilentClients = true;

        AssertNothingLeaks(server.Address, "no answer", () => Deadline.In(TimeSpan.FromMilliseconds(20)));
    }

    [Theory]
    [InlineData("", "without an answer")]
    [InlineData("SSH-2.0-OpenSSH_9\r\n", "not HTTP")]
    [InlineData("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n", "redirect")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab", "too early")]
    public void A_useless_answer_costs_no_descriptor(string answer, string because)
    {
        using StandInServer server = new(_ => answer);

        AssertNothingLeaks(server.Address, because, () => Deadline.In(TimeSpan.FromSeconds(60)));
    }

    [Fact]
    public void A_reset_connection_costs_no_descriptor()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        Thread resetting = new(() =>
        {
            for (int i = 0; i < Failures; i++)
            {
                using Socket client = listener.AcceptSocket();
                client.Receive(new byte[16]);
                client.LingerState = new LingerOption(true, 0); // closing sends a reset
            }
        });
        resetting.Start();

        AssertNothingLeaks(new HttpAddress("127.0.0.1", ((IPEndPoint)listener.LocalEndpoint).Port, ""), "Connection reset by peer", () => Deadline.In(TimeSpan.FromSeconds(60)));
        resetting.Join();
    }

    [Fact]
    public void A_certificate_that_is_refused_costs_no_descriptor()
    {
        using TestAuthority authority = new(), other = new();
        using TempDirectory files = new();
        string file = Path.Combine(files.Path, "ca.crt");
        File.WriteAllText(file, other.Pem);
        using TlsServer server = new(authority.Issue("localhost"), "");

        AssertNothingLeaks(new HttpAddress("localhost", server.Port, "", IsTls: true, file), "its certificate is not good", () => Deadline.In(TimeSpan.FromSeconds(60)));
        File.Delete(file);
        AssertNothingLeaks(new HttpAddress("localhost", server.Port, "", IsTls: true, file), "does not exist", () => Deadline.In(TimeSpan.FromSeconds(60)));
    }

    private static void AssertNothingLeaks(HttpAddress address, string because, Func<Deadline> deadline, int stop = -1)
    {
        ServerSource source = new(address, "node-1", null);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        Assert.True(GC.TryStartNoGCRegion(64 << 20)); // a collection would close what leaked
        int before = Sockets();
        try
        {
            for (int i = 0; i < Failures; i++)
            {
                HttpException exception = Assert.Throws<HttpException>(() => source.Ask(deadline(), stop));
                Assert.Contains(because, exception.Message, StringComparison.Ordinal);
            }

            // The test's server closes its ends a little later.
            Assert.True(SpinWait.SpinUntil(() => Sockets() <= before + Noise, TimeSpan.FromSeconds(10)), $"{before} sockets before, {Sockets()} after {Failures} failures");
        }
        finally
        {
            GC.EndNoGCRegion();
        }
    }

    private static int Sockets() => ProcFs.OpenFiles(Environment.ProcessId).Count(open => open.Target.StartsWith("socket:", StringComparison.Ordinal));
}
