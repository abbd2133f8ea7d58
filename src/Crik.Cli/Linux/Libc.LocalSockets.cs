using System.Runtime.InteropServices;
using System.Text;

namespace Crik.Linux;

/// <summary>Sockets of the unix family, in packets, between processes of one container.</summary>
internal static unsafe partial class Libc
{
    private const int SOL_SOCKET = 1;
    private const int SO_ACCEPTCONN = 30;
    private const int SO_DOMAIN = 39;
    private const int AF_NETLINK = 16;

    [LibraryImport(Library, EntryPoint = "bind", SetLastError = true)]
    private static partial int BindCore(int fd, byte* address, uint length);

    [LibraryImport(Library, EntryPoint = "listen", SetLastError = true)]
    private static partial int ListenCore(int fd, int backlog);

    [LibraryImport(Library, EntryPoint = "accept4", SetLastError = true)]
    private static partial int Accept4Core(int fd, byte* address, uint* length, int flags);

    /// <summary>Listens at a path that is this user's alone; an old socket there is replaced.</summary>
    /// <returns><see langword="null"/> with the errno where that cannot be.</returns>
    internal static FileDescriptor? TryListen(string path, out int errno)
    {
        FileDescriptor socket = new(SocketCore(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
        _ = UnlinkCore(path);
        byte[] address = LocalAddress(path);
        fixed (byte* bytes = address)
        {
            if (!socket.IsInvalid && BindCore(socket.Number, bytes, (uint)address.Length) == 0
                && ChmodCore(path, 0x180) == 0 && ListenCore(socket.Number, 8) == 0)
            {
                errno = 0;
                return socket;
            }
        }

        errno = LastErrno();
        socket.Dispose();
        return null;
    }

    /// <returns><see langword="null"/> when nobody is there any more.</returns>
    internal static FileDescriptor? TryAccept(FileDescriptor listener)
    {
        int fd = Accept4Core(listener.Number, null, null, SOCK_CLOEXEC | SOCK_NONBLOCK);
        return fd < 0 ? null : new FileDescriptor(fd);
    }

    /// <summary>Whether it is a socket of the unix family that listens (SO_DOMAIN and SO_ACCEPTCONN, socket(7)).</summary>
    internal static bool IsLocalListener(FileDescriptor socket) => SocketOption(socket, SO_DOMAIN) == AF_UNIX && SocketOption(socket, SO_ACCEPTCONN) == 1;

    internal static bool IsNetlink(FileDescriptor socket) => SocketOption(socket, SO_DOMAIN) == AF_NETLINK;

    /// <summary>Takes one packet off a socket, and throws it away.</summary>
    /// <returns>Whether there was one.</returns>
    internal static bool TryDiscardPacket(FileDescriptor socket)
    {
        const int MSG_DONTWAIT = 0x40;
        byte start;
        return RecvCore(socket.Number, &start, 1, MSG_DONTWAIT) >= 0 || LastErrno() == Errno.ENOBUFS; // it had too many: then the rest comes
    }

    /// <returns><see langword="null"/> with the errno when nobody listens there.</returns>
    internal static FileDescriptor? TryConnect(string path, out int errno)
    {
        FileDescriptor socket = new(SocketCore(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0));
        byte[] address = LocalAddress(path);
        fixed (byte* bytes = address)
        {
            errno = !socket.IsInvalid && ConnectCore(socket.Number, bytes, (uint)address.Length) == 0 ? 0 : LastErrno();
        }

        if (errno == 0)
        {
            return socket;
        }

        socket.Dispose();
        return null;
    }

    /// <summary>Who is at the other end: process and user (SO_PEERCRED, unix(7)).</summary>
    internal static (int Pid, uint User) Peer(FileDescriptor socket)
    {
        const int SO_PEERCRED = 17;
        int* credentials = stackalloc int[3]; // struct ucred: pid, uid, gid
        uint length = 12;
        return GetsockoptCore(socket.Number, SOL_SOCKET, SO_PEERCRED, credentials, &length) == 0
            ? (credentials[0], (uint)credentials[1])
            : throw Failed("getsockopt(SO_PEERCRED)");
    }

    private static int? SocketOption(FileDescriptor socket, int option)
    {
        int value;
        uint length = sizeof(int);
        return GetsockoptCore(socket.Number, SOL_SOCKET, option, &value, &length) == 0 ? value : null;
    }

    [LibraryImport(Library, EntryPoint = "unlink", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int UnlinkCore(string path);

    /// <summary>struct sockaddr_un; a path is at most 107 bytes.</summary>
    private static byte[] LocalAddress(string path) => [AF_UNIX, 0, .. Encoding.UTF8.GetBytes(path), 0];
}
