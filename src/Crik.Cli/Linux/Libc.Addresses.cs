using System.Runtime.InteropServices;

namespace Crik.Linux;

/// <summary>The addresses of network interfaces.</summary>
internal static unsafe partial class Libc
{
    [LibraryImport(Library, EntryPoint = "getifaddrs", SetLastError = true)]
    private static partial int GetifaddrsCore(byte** list);

    [LibraryImport(Library, EntryPoint = "freeifaddrs")]
    private static partial void FreeifaddrsCore(byte* list);

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
