using System.Text.Json;
using Crik.Linux;

namespace Crik.Control;

/// <summary>Asks the crik that runs this container.</summary>
internal static class ControlClient
{
    /// <summary>Held until this process ends: a running crik that is to end itself waits for that, or this one would be killed with its container.</summary>
    private static FileDescriptor? s_socket;

    /// <exception cref="ControlException">There is none, or it does not answer.</exception>
    public static ControlAnswer Ask(ControlRequest request)
    {
        FileDescriptor socket = s_socket = Connect();
        if (Libc.TrySend(socket, ControlJson.Write(request)) < 0)
        {
            throw new ControlException("the running crik does not listen to this user: only to root and its own");
        }

        byte[] packet = Libc.ReceivePacket(socket) ?? throw new ControlException("the running crik ended, or does not listen to this user; its log says why");
        try
        {
            return ControlJson.ReadAnswer(packet);
        }
        catch (JsonException exception)
        {
            throw new ControlException($"the running crik's answer cannot be read: {exception.Message}");
        }
    }

    private static FileDescriptor Connect()
    {
        int errno = 0;
        foreach (string path in ControlSocket.Paths)
        {
            if (Libc.TryConnect(path, out errno) is { } socket)
            {
                return socket;
            }
        }

        throw new ControlException($"no crik with an image directory runs here ({string.Join(", ", ControlSocket.Paths)}: {Errno.Text(errno)}); use kubectl exec into the container that it runs");
    }
}

/// <summary>The running crik cannot be talked to.</summary>
internal sealed class ControlException(string message) : CrikException(message, ExitCodes.Failure);
