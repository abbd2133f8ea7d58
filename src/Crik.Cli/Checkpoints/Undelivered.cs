using Crik.Diagnostics;
using Crik.Linux;

namespace Crik.Checkpoints;

/// <summary>
/// What is on its way to a frozen program and criu cannot save: connections to a Unix socket that wait to be accepted (criu's
/// sk-unix.c), and messages of the kernel in a netlink socket (sk-netlink.c). Connections by TCP criu leaves out by itself.
/// </summary>
internal static class Undelivered
{
    private const int MostOfOneSocket = 65_536; // somebody outside the tree may send more all the time

    /// <summary>
    /// Takes it off the tree, for a program that will be ended: who had connected sees the connection closed, as after a
    /// restore, and messages are lost. Nothing else would be left of the program.
    /// </summary>
    public static void Drop(FrozenTree tree)
    {
        int connections = 0;
        int messages = 0;
        foreach (OpenDescriptor file in tree.Open.Where(file => file.Target.StartsWith("socket:", StringComparison.Ordinal)).DistinctBy(file => file.Target))
        {
            using FileDescriptor? pidfd = Libc.TryOpenPidfd(file.Pid);
            using FileDescriptor? socket = pidfd is null ? null : Libc.TryGetDescriptor(pidfd, file.Number);
            if (socket is not null && Libc.IsLocalListener(socket))
            {
                connections += Count(socket, TryRefuse);
            }
            else if (socket is not null && Libc.IsNetlink(socket))
            {
                messages += Count(socket, Libc.TryDiscardPacket);
            }
        }

        Log.Warning("what was on its way to the program cannot be saved, and is dropped", ("connectionsClosed", connections), ("messagesLost", messages));
    }

    private static int Count(FileDescriptor socket, Func<FileDescriptor, bool> take)
    {
        int count = 0;
        while (count < MostOfOneSocket && IsReady(socket) && take(socket))
        {
            count++;
        }

        return count;
    }

    /// <summary>The listener may be one that blocks.</summary>
    private static bool IsReady(FileDescriptor socket) => (Libc.PollForReading(socket) & Libc.POLLIN) != 0;

    private static bool TryRefuse(FileDescriptor listener)
    {
        using FileDescriptor? connection = Libc.TryAccept(listener);
        return connection is not null;
    }
}
