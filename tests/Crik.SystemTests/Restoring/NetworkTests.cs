using System.Globalization;

namespace Crik.SystemTests.Restoring;

/// <summary>Tests sockets of a pod whose successor has another address.</summary>
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
    public void Sockets_bound_to_the_address_of_the_pod_are_bound_to_the_address_of_the_next_pod(string level)
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
            pod.End(143);
            Assert.Equal(last + 1, pod.Counted()[0]);
            last = pod.Counted()[^1];
        }
    }

    [LabTheory]
    [Explains("does not fit: address")]
    public void A_socket_is_not_moved_to_another_network(string message)
    {
        string[] program = Programs.Python(
            """
            import socket, time
            listener = socket.create_server((open('/etc/hosts').read().split('\n')[1].split()[0], 8001))
            n = 0
            while True:
                n += 1
                print('count', n, flush=True)
                time.sleep(0.05)
            """);
        using ImageDirectory images = new();
        images.MakeCheckpoint(["--network", $"{_network}:10.77.1.2/16"], program, count: 2);

        using Pod next = Pod.WithCheckpoints(images, ["--env", "CRIK_WHEN_INCOMPATIBLE=fail"], program); // it has no eth0
        next.WaitForExit(123);
        next.AssertSaid($"crik error: checkpoint 1 {message}: a TCP socket is bound to 10.77.1.2:8001 on eth0");
        Assert.Empty(images.Failed);
    }
}
