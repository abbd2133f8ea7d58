using System.Runtime.InteropServices;

namespace Crik.Linux;

/// <summary>Options of sockets as the bytes that the kernel gives and takes (getsockopt(2)).</summary>
internal static unsafe partial class Libc
{
    [LibraryImport(Library, EntryPoint = "setsockopt", SetLastError = true)]
    private static partial int SetsockoptCore(int fd, int level, int name, ReadOnlySpan<byte> value, uint length);

    /// <returns>How many bytes of the buffer the value takes; <see langword="null"/> when this socket has no such option.</returns>
    internal static int? TryReadSocketOption(FileDescriptor socket, int level, int option, Span<byte> buffer)
    {
        uint length = (uint)buffer.Length;
        fixed (byte* value = buffer)
        {
            return GetsockoptCore(socket.Number, level, option, (int*)value, &length) == 0 ? (int)length : null;
        }
    }

    /// <returns>The errno, or 0.</returns>
    internal static int TrySetSocketOption(FileDescriptor socket, int level, int option, ReadOnlySpan<byte> value) =>
        SetsockoptCore(socket.Number, level, option, value, (uint)value.Length) == 0 ? 0 : LastErrno();

    /// <summary>The domain, type and protocol of a socket.</summary>
    internal static (int Domain, int Type, int Protocol)? SocketKind(FileDescriptor socket)
    {
        const int SO_TYPE = 3;
        const int SO_PROTOCOL = 38;
        return SocketOption(socket, SO_DOMAIN) is { } domain && SocketOption(socket, SO_TYPE) is { } type && SocketOption(socket, SO_PROTOCOL) is { } protocol
            ? (domain, type, protocol) : null;
    }

    /// <summary>Makes a socket that is as the kernel makes it.</summary>
    internal static FileDescriptor? TryMakeSocket((int Domain, int Type, int Protocol) kind) =>
        OpenedOrNull(SocketCore(kind.Domain, kind.Type | SOCK_CLOEXEC, kind.Protocol));

    /// <summary>Whether a TCP socket neither listens nor has been closed or never connected.</summary>
    internal static bool IsConnectedTcp(FileDescriptor socket)
    {
        const int IPPROTO_TCP = 6;
        const int TCP_INFO = 11; // begins with the state, which has one byte
        const int TCP_CLOSE = 7;
        const int TCP_LISTEN = 10;
        byte state = TCP_CLOSE;
        return TryReadSocketOption(socket, IPPROTO_TCP, TCP_INFO, new Span<byte>(ref state)) is not null && state is not (TCP_CLOSE or TCP_LISTEN);
    }
}
