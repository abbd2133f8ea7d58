using System.Runtime.InteropServices;

namespace Crik.Linux;

/// <summary>Sockets of the unix family, in packets, between processes of one container.</summary>
internal static unsafe partial class Libc
{
    private const int SOL_SOCKET = 1;
    private const int SO_ACCEPTCONN = 30;
    private const int SO_DOMAIN = 39;
    private const int AF_UNIX = 1;
    private const int AF_NETLINK = 16;
    private const int SOCK_SEQPACKET = 5;

    [LibraryImport(Library, EntryPoint = "bind", SetLastError = true)]
    private static partial int BindCore(int fd, byte[] address, uint length);

    [LibraryImport(Library, EntryPoint = "listen", SetLastError = true)]
    private static partial int ListenCore(int fd, int backlog);

    [LibraryImport(Library, EntryPoint = "accept4", SetLastError = true)]
    private static partial int Accept4Core(int fd, byte* address, uint* length, int flags);

    [LibraryImport(Library, EntryPoint = "socketpair", SetLastError = true)]
    private static partial int SocketpairCore(int domain, int type, int protocol, int* pair);

    [LibraryImport(Library, EntryPoint = "shutdown", SetLastError = true)]
    private static partial int ShutdownCore(int socket, int how);

    /// <summary>Listens at a path with mode 0600. A socket that an earlier process left there is replaced; another file is not.</summary>
    /// <param name="backlog">How many connections may wait to be accepted.</param>
    /// <returns><see langword="null"/> with the errno when it cannot listen there.</returns>
    internal static FileDescriptor? TryListen(string path, int backlog, out int errno)
    {
        FileDescriptor socket = new(SocketCore(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
        byte[] address = LocalAddress(path);
        errno = socket.IsInvalid ? LastErrno() : 0;
        if (errno == 0)
        {
            _ = RemoveSocket(path); // when this fails, bind fails too and says why
            errno = BindCore(socket.Number, address, (uint)address.Length) == 0
                && TrySetMode(path, FileModes.OwnFile) == 0 && ListenCore(socket.Number, backlog) == 0 ? 0 : LastErrno();
        }

        return KeptUnless(errno, socket);
    }

    /// <returns><see langword="null"/> when nobody is there any more.</returns>
    internal static FileDescriptor? TryAccept(FileDescriptor listener) => TryAccept(listener, out _);

    /// <returns><see langword="null"/> with the errno: EAGAIN when nobody waits, EMFILE when no descriptor is free, …</returns>
    internal static FileDescriptor? TryAccept(FileDescriptor listener, out int errno)
    {
        int fd = Accept4Core(listener.Number, null, null, SOCK_CLOEXEC | SOCK_NONBLOCK);
        errno = fd < 0 ? LastErrno() : 0;
        return OpenedOrNull(fd);
    }

    /// <summary>Whether it is a socket of the unix family that listens (SO_DOMAIN and SO_ACCEPTCONN, socket(7)).</summary>
    internal static bool IsLocalListener(FileDescriptor socket) => SocketOption(socket, SO_DOMAIN) == AF_UNIX && SocketOption(socket, SO_ACCEPTCONN) == 1;

    internal static bool IsNetlink(FileDescriptor socket) => SocketOption(socket, SO_DOMAIN) == AF_NETLINK;

    /// <summary>Lists the sockets of this network namespace that are bound to a path.</summary>
    /// <returns>As many as the kernel tells. If it tells none, criu cannot save sockets either, and says so.</returns>
    internal static IReadOnlyList<BoundSocket> BoundSockets()
    {
        const int SOCK_RAW = 3;
        const int NETLINK_SOCK_DIAG = 4;
        List<BoundSocket> found = [];
        using FileDescriptor socket = new(SocketCore(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_SOCK_DIAG));
        byte[] packet = new byte[1 << 15]; // as much as the kernel puts into one
        long length = socket.IsInvalid ? -1 : TrySend(socket, BoundSocket.Question);
        while (length > 0)
        {
            length = TryReceive(socket, packet);
            length = length > 0 && BoundSocket.Read(packet.AsSpan(0, (int)length), found) ? length : 0;
        }

        return found;
    }

    /// <summary>Takes one packet off a socket, and throws it away.</summary>
    /// <returns>Whether there was one.</returns>
    internal static bool TryDiscardPacket(FileDescriptor socket)
    {
        // ENOBUFS: packets were lost because the buffer was full, and the next receive gets the rest
        return RecvCore(socket.Number, stackalloc byte[1], 1, MSG_DONTWAIT) >= 0 || LastErrno() == Errno.ENOBUFS;
    }

    /// <summary>Connects without ever waiting. The socket does not wait either.</summary>
    /// <returns>
    /// <see langword="null"/> with the errno: ECONNREFUSED when nobody listens there, EAGAIN when too many connections wait
    /// to be accepted (unix(7)).
    /// </returns>
    internal static FileDescriptor? TryConnect(string path, out int errno)
    {
        FileDescriptor socket = new(SocketCore(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
        byte[] address = LocalAddress(path);
        errno = !socket.IsInvalid && ConnectCore(socket.Number, address, (uint)address.Length) == 0 ? 0 : LastErrno();
        return KeptUnless(errno, socket);
    }

    /// <summary>
    /// The process and the user at the other end (SO_PEERCRED, unix(7)): of a connection, who connected; for whoever
    /// connected, who listens.
    /// </summary>
    /// <returns>The pid in this process's PID namespace; 0 when the process is outside it.</returns>
    internal static (int Pid, uint User) Peer(FileDescriptor socket)
    {
        const int SO_PEERCRED = 17;
        int* credentials = stackalloc int[3]; // struct ucred: pid, uid, gid
        uint length = 12;
        return GetsockoptCore(socket.Number, SOL_SOCKET, SO_PEERCRED, credentials, &length) == 0
            ? (credentials[0], (uint)credentials[1])
            : throw Failed("getsockopt(SO_PEERCRED)");
    }

    /// <returns>0, or the errno; ENOENT when it is no socket.</returns>
    internal static int RemoveSocket(string path) => TryStatus(path, followLinks: false) is { IsSocket: true } ? Unlink(path) : Errno.ENOENT;

    internal static (FileDescriptor Ours, FileDescriptor Theirs) MakeSocketPair()
    {
        int* pair = stackalloc int[2];
        return SocketpairCore(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) == 0
            ? (new FileDescriptor(pair[0]), new FileDescriptor(pair[1]))
            : throw Failed("socketpair");
    }

    /// <summary>Ends the conversation for whoever holds the other end or another copy of this one.</summary>
    internal static void Shutdown(FileDescriptor socket)
    {
        const int SHUT_RDWR = 2;
        _ = ShutdownCore(socket.Number, SHUT_RDWR); // ENOTCONN: the other end is gone
    }

    /// <summary>Receives one whole packet, however long it is.</summary>
    /// <returns><see langword="null"/> when the peer has gone.</returns>
    internal static byte[]? ReceivePacket(FileDescriptor socket)
    {
        const int MSG_PEEK = 2;
        const int MSG_TRUNC = 0x20;
        nint length = Receive(stackalloc byte[1], MSG_PEEK | MSG_TRUNC);
        if (length <= 0)
        {
            return null;
        }

        byte[] packet = new byte[length];
        return Receive(packet, 0) == length ? packet : null;

        nint Receive(Span<byte> buffer, int flags)
        {
            nint received;
            do
            {
                received = RecvCore(socket.Number, buffer, buffer.Length, flags);
            }
            while (received < 0 && LastErrno() == Errno.EINTR);

            return received;
        }
    }

    private static FileDescriptor? KeptUnless(int errno, FileDescriptor socket)
    {
        if (errno == 0)
        {
            return socket;
        }

        socket.Dispose();
        return null;
    }

    private static int? SocketOption(FileDescriptor socket, int option)
    {
        int value;
        uint length = sizeof(int);
        return GetsockoptCore(socket.Number, SOL_SOCKET, option, &value, &length) == 0 ? value : null;
    }

    /// <summary>struct sockaddr_un; a path is at most 107 bytes.</summary>
    private static byte[] LocalAddress(string path) => [AF_UNIX, 0, .. ByteStrings.Encode(path), 0];
}
