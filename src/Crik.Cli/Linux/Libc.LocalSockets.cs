using System.Runtime.InteropServices;
using System.Text;

namespace Crik.Linux;

/// <summary>Sockets of the unix family, in packets, between processes of one container.</summary>
internal static unsafe partial class Libc
{
    private const int SOL_SOCKET = 1;

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

    [LibraryImport(Library, EntryPoint = "unlink", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int UnlinkCore(string path);

    /// <summary>struct sockaddr_un; a path is at most 107 bytes.</summary>
    private static byte[] LocalAddress(string path) => [AF_UNIX, 0, .. Encoding.UTF8.GetBytes(path), 0];
}
