using System.Globalization;

namespace Crik.SystemTests;

/// <summary>Pods with addresses: the next one has another.</summary>
public sealed class NetworkTests : IDisposable
{
    private readonly string _network = $"crik-test-{Environment.ProcessId}";

    public NetworkTests()
    {
        if (Lab.SkipReason is null)
        {
            Lab.Run("ip", "netns", "add", _network);
            Lab.Run("ip", "-n", _network, "link", "add", "pods", "type", "bridge");
            Lab.Run("ip", "-n", _network, "link", "set", "pods", "up");
        }
    }

    public void Dispose()
    {
        if (Lab.SkipReason is null)
        {
            Lab.Run("ip", "netns", "delete", _network);
        }
    }

    [LabTheory]
    [InlineData("basic")]
    [InlineData("full")]
    public void Sockets_that_are_bound_to_the_pods_address_are_bound_to_the_next_ones(string level)
    {
        string[] program = Programs.Python(
            """
            import socket, time
            def address():
                return open('/etc/hosts').read().split('\n')[1].split()[0]
            own = address()
            listener = socket.create_server((own, 8001))
            mapped = socket.socket(socket.AF_INET6)
            mapped.bind(('::ffff:' + own, 8002))
            mapped.listen()
            everywhere = socket.create_server(('0.0.0.0', 8003))
            local = socket.create_server(('127.0.0.1', 8004))
            bound = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            bound.bind((own, 8005))
            connected = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            connected.connect(('10.77.9.9', 53))
            port = connected.getsockname()[1]
            for each in listener, mapped, everywhere, local, bound:
                each.settimeout(5)
            def look(own):
                assert connected.getsockname() == (own, port) and connected.getpeername() == ('10.77.9.9', 53), connected.getsockname()
                for server, address in ((listener, own), (mapped, own), (everywhere, own), (everywhere, '127.0.0.1'), (local, '127.0.0.1')):
                    socket.create_connection((address, server.getsockname()[1]), 5).close()
                    server.accept()[0].close()
                sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
                sender.sendto(b'hello', (own, 8005))
                assert bound.recv(10) == b'hello'
                sender.close()
            n = 0
            while True:
                n += 1
                own = address()
                try:
                    look(own)
                except (AssertionError, OSError):
                    if address() == own:
                        raise
                    look(address())  # the look before it began in the pod before
                print('count', n, flush=True)
                time.sleep(0.05)
            """);
        using ImageDirectory images = new();
        int last = 0;
        for (int i = 0; i < 3; i++)
        {
            string address = (i + 2).ToString(CultureInfo.InvariantCulture);
            using Pod pod = Pod.WithCheckpoints(images, ["--level", level, "--network", $"{_network}:10.77.0.{address}/16"], program);
            pod.WaitForCount(last + 3);
            int code = pod.End();
            Assert.True(code == 143, pod.Said);
            Assert.Equal(last + 1, pod.Counted()[0]);
            last = pod.Counted()[^1];
        }
    }
}
