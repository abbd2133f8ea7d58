using System.Text.Json;

namespace Crik.Control;

/// <summary>Asks the crik that runs this container.</summary>
internal static class ControlClient
{
    /// <summary>How often and how long to wait for a place in the queue of connections.</summary>
    private const int Attempts = 40;
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(50);

    /// <summary>A question about the state is answered at once, whatever crik does.</summary>
    private static readonly TimeSpan s_longestForStatus = TimeSpan.FromSeconds(10);

    /// <param name="atMost">How long a question about the state may take in all; <see langword="null"/> for the usual time.</param>
    /// <param name="connected">Called before the request is sent.</param>
    /// <exception cref="ControlException">No crik of this container listens, or it does not answer.</exception>
    public static ControlAnswer Ask(ControlRequest request, ControlEndpoint? endpoint = null, TimeSpan? atMost = null, Action? connected = null)
    {
        TimeSpan longest = atMost ?? s_longestForStatus;
        Deadline deadline = request.Command != ControlRequest.Checkpoint ? Deadline.In(longest) : Deadline.Never;
        int attempt = 0;
        FileDescriptor socket = (endpoint ?? ControlEndpoint.OfThisContainer).Connect(Pause, out string problem)
            ?? throw new ControlException($"no crik with an image directory runs here ({problem}); use kubectl exec into the container that it runs");
        connected?.Invoke();
        if (Libc.TrySend(socket, ControlJson.Write(request)) < 0)
        {
            throw new ControlException("the running crik does not listen to this user: only to root and its own");
        }

        while (Libc.PollForReading(socket, deadline.PollTimeout) == 0)
        {
            if (deadline.HasPassed)
            {
                throw new ControlException($"the running crik gives no answer within {longest.TotalSeconds} s; its log may tell why");
            }
        }

        byte[] packet = Libc.ReceivePacket(socket) ?? throw new ControlException("the running crik ended, or does not listen to this user; its log says why");
        ControlAnswer answer = Read(packet);
        if (answer.Accepted)
        {
            socket.Dispose(); // criu could not save this process while it is connected to crik
        }
        else
        {
            // The kernel closes the socket when this process ends, which a crik that is about to end waits for: the container
            // ends with crik, and this process would be killed before it has printed the answer.
            socket.SetHandleAsInvalid();
        }

        return answer;

        bool Pause()
        {
            Thread.Sleep(s_pause);
            return ++attempt < Attempts && !deadline.HasPassed;
        }
    }

    private static ControlAnswer Read(byte[] packet)
    {
        try
        {
            return ControlJson.ReadAnswer(packet);
        }
        catch (JsonException exception)
        {
            throw new ControlException($"the running crik's answer cannot be read: {exception.Message}");
        }
    }
}
