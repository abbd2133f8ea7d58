using Crik.Criu;
using Crik.Diagnostics;

namespace Crik.Save;

/// <summary>
/// Drops what was sent to a frozen program, what the program has not received yet and what criu cannot save: connections to a Unix socket
/// that wait to be accepted (criu's sk-unix.c), and messages of the kernel in a netlink socket (sk-netlink.c). criu itself leaves out
/// TCP connections.
/// </summary>
internal static class Undelivered
{
    private const int MostOfOneSocket = 65_536; // a limit, because processes outside the tree may keep sending

    /// <summary>
    /// Closes these connections and discards these messages, for a program that will be ended. The other ends see their connections closed,
    /// as after a restore, and the messages are lost. Without this, the save would fail and all of the program's state would be lost.
    /// </summary>
    public static void Drop(FrozenTree tree)
    {
        int connections = 0;
        int messages = 0;
        foreach (OpenDescriptor file in tree.Open.Where(file => file.Target.StartsWith("socket:", StringComparison.Ordinal)).DistinctBy(file => file.Target))
        {
            using FileDescriptor? socket = Libc.TryGetDescriptor(file.Pid, file.Number);
            if (socket is not null && Libc.IsLocalListener(socket))
            {
                connections += Count(socket, TryRefuse);
            }
            else if (socket is not null && Libc.IsNetlink(socket))
            {
                messages += Count(socket, Libc.TryDiscardPacket);
            }
        }

        Log.Warning(Event.UndeliveredDropped, "what was on its way to the program cannot be saved, and is dropped",
            ("connectionsClosed", connections), ("messagesLost", messages));
    }

    private static int Count(FileDescriptor socket, Func<FileDescriptor, bool> take)
    {
        int count = 0;
        while (count < MostOfOneSocket && (Libc.PollForReading(socket) & Libc.POLLIN) != 0 && take(socket)) // the socket may be a blocking one
        {
            count++;
        }

        return count;
    }

    private static bool TryRefuse(FileDescriptor listener)
    {
        using FileDescriptor? connection = Libc.TryAccept(listener);
        return connection is not null;
    }
}
