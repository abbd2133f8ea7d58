using Crik.Control;
using Crik.Linux;

namespace Crik.Tests.Control;

/// <summary>A control server in a directory of this test alone, and its clients in this process.</summary>
internal sealed class ControlFixture : IDisposable
{
    private readonly TempDirectory _directory = new();
    private readonly List<FileDescriptor> _clients = [];

    public ControlFixture(Func<int, bool>? isOfThisContainer = null)
    {
        Endpoint = new ControlEndpoint(
            [new ControlPlace(Path.Combine(_directory.Path, "crik.sock")), new ControlPlace(Path.Combine(_directory.Path, "own/control.sock"), IsInOwnDirectory: true)],
            isOfThisContainer ?? (_ => true));
    }

    public ControlEndpoint Endpoint { get; }

    public string FirstPath => Endpoint.Places[0].Path;

    public string SecondPath => Endpoint.Places[1].Path;

    public static RunStatus Running { get; } = new() { State = "running", Version = "1", ImageDir = "/checkpoint" };

    public ControlServer Start() => ControlServer.Start(() => Running, Endpoint)!;

    /// <summary>Connects and sends nothing.</summary>
    public FileDescriptor Connect()
    {
        FileDescriptor socket = Endpoint.Connect(() => true, out string problem) ?? throw new InvalidOperationException(problem);
        _clients.Add(socket);
        return socket;
    }

    public FileDescriptor Send(ControlRequest request)
    {
        FileDescriptor socket = Connect();
        Assert.True(Libc.TrySend(socket, ControlJson.Write(request)) > 0);
        return socket;
    }

    public FileDescriptor OrderCheckpoint(bool leaveRunning = false) => Send(new ControlRequest(ControlRequest.Checkpoint, leaveRunning));

    /// <returns><see langword="null"/> when the server hung up.</returns>
    public static ControlAnswer? Receive(FileDescriptor socket)
    {
        while (Libc.PollForReading(socket, -1) == 0)
        {
        }

        return Libc.ReceivePacket(socket) is { } packet ? ControlJson.ReadAnswer(packet) : null;
    }

    public RunStatus? AskForStatus() => ControlClient.Ask(new ControlRequest(ControlRequest.Status), Endpoint).Status;

    public static ControlOrder AwaitOrder(ControlServer server)
    {
        Span<Libc.PollEntry> orders = [new() { Descriptor = server.Orders.Descriptor, Events = Libc.POLLIN }];
        do
        {
            Libc.Poll(orders, -1);
        }
        while (orders[0].Returned == 0);

        return server.Orders.Next()!;
    }

    public void Dispose()
    {
        _clients.ForEach(client => client.Dispose());
        _directory.Dispose();
    }
}
