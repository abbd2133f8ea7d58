using System.Runtime.InteropServices;

namespace Crik.Linux;

/// <summary>A socket address as the kernel takes it: family, port, address.</summary>
internal sealed record SocketAddressBytes(int Family, byte[] Bytes);

/// <summary>Sockets, as far as a client needs them that asks one question over TCP, and the addresses of network interfaces.</summary>
internal static unsafe partial class Libc
{
    private const int SOCK_STREAM = 1;
    private const int SOCK_NONBLOCK = 0x800;
    private const int SOCK_CLOEXEC = 0x80000;
    private const int AI_ADDRCONFIG = 0x20;
    private const int AI_NUMERICSERV = 0x400;
    private const int EAI_SYSTEM = -11;
    private const int MSG_NOSIGNAL = 0x4000;

    [LibraryImport(Library, EntryPoint = "getaddrinfo", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int GetaddrinfoCore(string host, string service, AddressInfo* hints, AddressInfo** result);

    [LibraryImport(Library, EntryPoint = "freeaddrinfo")]
    private static partial void FreeaddrinfoCore(AddressInfo* list);

    [LibraryImport(Library, EntryPoint = "gai_strerror")]
    private static partial nint GaiStrerrorCore(int code);

    [LibraryImport(Library, EntryPoint = "socket", SetLastError = true)]
    private static partial int SocketCore(int domain, int type, int protocol);

    [LibraryImport(Library, EntryPoint = "connect", SetLastError = true)]
    private static partial int ConnectCore(int fd, byte[] address, uint length);

    [LibraryImport(Library, EntryPoint = "getsockopt", SetLastError = true)]
    private static partial int GetsockoptCore(int fd, int level, int name, int* value, uint* length);

    [LibraryImport(Library, EntryPoint = "recv", SetLastError = true)]
    private static partial nint RecvCore(int fd, Span<byte> buffer, nint count, int flags);

    [LibraryImport(Library, EntryPoint = "send", SetLastError = true)]
    private static partial nint SendCore(int fd, ReadOnlySpan<byte> buffer, nint count, int flags);

    [LibraryImport(Library, EntryPoint = "getifaddrs", SetLastError = true)]
    private static partial int GetifaddrsCore(byte** list);

    [LibraryImport(Library, EntryPoint = "freeifaddrs")]
    private static partial void FreeifaddrsCore(byte* list);

    /// <summary>struct addrinfo of glibc on 64 bit (getaddrinfo(3)).</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct AddressInfo
    {
        public int Flags;
        public int Family;
        public int SocketType;
        public int Protocol;
        public uint AddressLength;
        public byte* Address;
        public byte* CanonicalName;
        public AddressInfo* Next;
    }

    /// <summary>Asks the resolver. It may take as long as its own time limits allow, and nothing can stop it.</summary>
    /// <param name="problem">The text of the resolver when it found none.</param>
    internal static IReadOnlyList<SocketAddressBytes> FindAddresses(string host, int port, out string? problem)
    {
        AddressInfo hints = new() { Flags = AI_ADDRCONFIG | AI_NUMERICSERV, SocketType = SOCK_STREAM };
        AddressInfo* first;
        int code = GetaddrinfoCore(host, port.ToString(CultureInfo.InvariantCulture), &hints, &first);
        if (code != 0)
        {
            problem = code == EAI_SYSTEM ? Errno.Text(LastErrno()) : Marshal.PtrToStringUTF8(GaiStrerrorCore(code)) ?? $"getaddrinfo: {code}";
            return [];
        }

        problem = null;
        List<SocketAddressBytes> found = [];
        for (AddressInfo* info = first; info is not null; info = info->Next)
        {
            found.Add(new SocketAddressBytes(info->Family, new ReadOnlySpan<byte>(info->Address, (int)info->AddressLength).ToArray()));
        }

        FreeaddrinfoCore(first);
        return found;
    }

    /// <summary>Begins to connect; the socket becomes writable when that has succeeded or failed.</summary>
    /// <returns><see langword="null"/> with the errno, when it failed at once.</returns>
    internal static FileDescriptor? BeginConnect(SocketAddressBytes address, out int errno)
    {
        const int EINPROGRESS = 115;
        FileDescriptor socket = new(SocketCore(address.Family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
        errno = !socket.IsInvalid && ConnectCore(socket.Number, address.Bytes, (uint)address.Bytes.Length) == 0 ? 0 : LastErrno();
        errno = errno is EINPROGRESS or Errno.EINTR ? 0 : errno;
        return KeptUnless(errno, socket);
    }

    /// <returns>The errno of what last failed on the socket, or 0.</returns>
    internal static int SocketError(FileDescriptor socket)
    {
        const int SO_ERROR = 4;
        return SocketOption(socket, SO_ERROR) ?? LastErrno();
    }

    /// <returns>Bytes taken, or minus the errno; -EAGAIN while the socket takes no more.</returns>
    internal static long TrySend(FileDescriptor socket, ReadOnlySpan<byte> bytes) =>
        CountOrErrno(SendCore(socket.Number, bytes, bytes.Length, MSG_NOSIGNAL));

    /// <returns>Bytes received, 0 at the end, or minus the errno; -EAGAIN while there is nothing.</returns>
    internal static long TryReceive(FileDescriptor socket, Span<byte> buffer) => CountOrErrno(RecvCore(socket.Number, buffer, buffer.Length, 0));

    /// <summary>The addresses of all interfaces, 4 or 16 bytes each.</summary>
    internal static IReadOnlyList<InterfaceAddress> NetworkAddresses()
    {
        const ushort AF_INET = 2;
        const ushort AF_INET6 = 10;
        List<InterfaceAddress> found = [];
        byte* list;
        if (GetifaddrsCore(&list) != 0)
        {
            throw Failed("getifaddrs");
        }

        try
        {
            // struct ifaddrs on 64 bit: next 0, name 8, flags 16, address 24. struct sockaddr_in has its address at 4, sockaddr_in6 at 8.
            for (byte* entry = list; entry is not null; entry = *(byte**)entry)
            {
                byte* address = *(byte**)(entry + 24);
                int at = address is null ? 0 : *(ushort*)address switch { AF_INET => 4, AF_INET6 => 8, _ => 0 };
                if (at > 0)
                {
                    found.Add(new InterfaceAddress(Marshal.PtrToStringUTF8((nint)(*(byte**)(entry + 8)))!, new ReadOnlySpan<byte>(address + at, at == 4 ? 4 : 16).ToArray()));
                }
            }
        }
        finally
        {
            FreeifaddrsCore(list);
        }

        return found;
    }
}
