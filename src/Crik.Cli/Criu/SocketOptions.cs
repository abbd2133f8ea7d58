namespace Crik.Criu;

/// <summary>
/// Reads and sets the options of sockets that criu does not save (criu/sockets.c, criu/sk-inet.c). An option is a text: its name, an equals
/// sign, and its bytes as hexadecimal digits.
/// </summary>
internal static class SocketOptions
{
    private const int Socket = 1; // SOL_SOCKET
    private const int Ip = 0;
    private const int Tcp = 6;
    private const int Udp = 17;
    private const int Ip6 = 41;
    private const int Netlink = 270;
    private const int LongestValue = 64;

    /// <summary>
    /// The names, levels and numbers of socket(7), tcp(7), udp(7), ip(7), ipv6(7) and netlink(7); asm-generic/socket.h has all of SOL_SOCKET.
    /// Options that name a network interface by its number are left out, because it has another one in another pod.
    /// </summary>
    private static readonly (string Name, int Level, int Number)[] s_options =
    [
        ("SO_TIMESTAMP", Socket, 29), ("SO_TIMESTAMPNS", Socket, 35), ("SO_TIMESTAMPING", Socket, 37), ("SO_RXQ_OVFL", Socket, 40),
        ("SO_PEEK_OFF", Socket, 42), ("SO_SELECT_ERR_QUEUE", Socket, 45), ("SO_BUSY_POLL", Socket, 46), ("SO_MAX_PACING_RATE", Socket, 47),
        ("SO_INCOMING_CPU", Socket, 49), ("SO_ZEROCOPY", Socket, 60), ("SO_TXTIME", Socket, 61), ("SO_PREFER_BUSY_POLL", Socket, 69),
        ("SO_BUSY_POLL_BUDGET", Socket, 70), ("SO_PASSPIDFD", Socket, 76), ("SO_RCVPRIORITY", Socket, 82), ("SO_PASSRIGHTS", Socket, 83),
        ("TCP_MAXSEG", Tcp, 2), ("TCP_SYNCNT", Tcp, 7), ("TCP_LINGER2", Tcp, 8), ("TCP_DEFER_ACCEPT", Tcp, 9), ("TCP_WINDOW_CLAMP", Tcp, 10),
        ("TCP_CONGESTION", Tcp, 13), ("TCP_THIN_LINEAR_TIMEOUTS", Tcp, 16), ("TCP_USER_TIMEOUT", Tcp, 18), ("TCP_FASTOPEN", Tcp, 23),
        ("TCP_NOTSENT_LOWAT", Tcp, 25), ("TCP_SAVE_SYN", Tcp, 27), ("TCP_FASTOPEN_CONNECT", Tcp, 30), ("TCP_FASTOPEN_NO_COOKIE", Tcp, 34),
        ("TCP_INQ", Tcp, 36), ("TCP_TX_DELAY", Tcp, 37),
        ("UDP_NO_CHECK6_TX", Udp, 101), ("UDP_NO_CHECK6_RX", Udp, 102), ("UDP_SEGMENT", Udp, 103), ("UDP_GRO", Udp, 104),
        ("IP_RECVOPTS", Ip, 6), ("IP_RETOPTS", Ip, 7), ("IP_MTU_DISCOVER", Ip, 10), ("IP_RECVERR", Ip, 11), ("IP_RECVTTL", Ip, 12),
        ("IP_RECVTOS", Ip, 13), ("IP_PASSSEC", Ip, 18), ("IP_TRANSPARENT", Ip, 19), ("IP_RECVORIGDSTADDR", Ip, 20), ("IP_MINTTL", Ip, 21),
        ("IP_NODEFRAG", Ip, 22), ("IP_CHECKSUM", Ip, 23), ("IP_BIND_ADDRESS_NO_PORT", Ip, 24), ("IP_RECVFRAGSIZE", Ip, 25),
        ("IP_RECVERR_RFC4884", Ip, 26), ("IP_MULTICAST_IF", Ip, 32), ("IP_MULTICAST_TTL", Ip, 33), ("IP_MULTICAST_LOOP", Ip, 34),
        ("IP_MULTICAST_ALL", Ip, 49), ("IP_LOCAL_PORT_RANGE", Ip, 51),
        ("IPV6_UNICAST_HOPS", Ip6, 16), ("IPV6_MULTICAST_HOPS", Ip6, 18), ("IPV6_MULTICAST_LOOP", Ip6, 19),
        ("IPV6_MTU_DISCOVER", Ip6, 23), ("IPV6_RECVERR", Ip6, 25), ("IPV6_MULTICAST_ALL", Ip6, 29), ("IPV6_RECVERR_RFC4884", Ip6, 31),
        ("IPV6_RECVPKTINFO", Ip6, 49), ("IPV6_RECVHOPLIMIT", Ip6, 51), ("IPV6_DONTFRAG", Ip6, 62), ("IPV6_RECVTCLASS", Ip6, 66),
        ("IPV6_TCLASS", Ip6, 67), ("IPV6_AUTOFLOWLABEL", Ip6, 70), ("IPV6_ADDR_PREFERENCES", Ip6, 72), ("IPV6_MINHOPCOUNT", Ip6, 73),
        ("IPV6_RECVORIGDSTADDR", Ip6, 74), ("IPV6_TRANSPARENT", Ip6, 75), ("IPV6_FREEBIND", Ip6, 78),
        ("NETLINK_PKTINFO", Netlink, 3), ("NETLINK_BROADCAST_ERROR", Netlink, 4), ("NETLINK_NO_ENOBUFS", Netlink, 5),
        ("NETLINK_CAP_ACK", Netlink, 10), ("NETLINK_EXT_ACK", Netlink, 11), ("NETLINK_GET_STRICT_CHK", Netlink, 12),
    ];

    /// <summary>Reads the options that are not as in a new socket. Connections over TCP are left out, because a restore closes them.</summary>
    public static IReadOnlyList<DescriptorTraits> Read(IReadOnlyList<OpenDescriptor> open)
    {
        List<DescriptorTraits> found = [];
        Dictionary<(int Domain, int Type, int Protocol), byte[]?[]> usual = [];
        foreach (OpenDescriptor file in open.Where(file => file.Target.StartsWith("socket:", StringComparison.Ordinal)).DistinctBy(file => file.Target))
        {
            using FileDescriptor? socket = Libc.TryGetDescriptor(file.Pid, file.Number);
            if (socket is null || Libc.SocketKind(socket) is not { } kind || Libc.IsConnectedTcp(socket))
            {
                continue;
            }

            if (!usual.TryGetValue(kind, out byte[]?[]? ofNew))
            {
                using FileDescriptor? fresh = Libc.TryMakeSocket(kind);
                usual[kind] = ofNew = [.. s_options.Select(option => fresh is not null && Has(kind, option.Level) ? Read(fresh, option) : null)];
            }

            string[] unusual = [.. Unusual(socket, ofNew)];
            if (unusual.Length > 0)
            {
                found.Add(new DescriptorTraits(file.Pid, file.Number, unusual));
            }
        }

        return found;
    }

    /// <summary>Sets the options of restored sockets.</summary>
    /// <returns>Those that the kernel does not take.</returns>
    public static IEnumerable<(int Pid, string Name, string Was, string Is)> Restore(IReadOnlyList<DescriptorTraits> sockets)
    {
        foreach (DescriptorTraits traits in sockets)
        {
            using FileDescriptor? socket = Libc.TryGetDescriptor(traits.Pid, traits.Descriptor);
            foreach (string option in socket is null ? [] : traits.Traits)
            {
                int end = option.IndexOf('=', StringComparison.Ordinal);
                string name = option[..Math.Max(end, 0)];
                string now = Set(socket!, name, option[(end + 1)..]);
                if (now != option)
                {
                    yield return (traits.Pid, name, option[(end + 1)..], now[Math.Min(now.Length, end + 1)..]);
                }
            }
        }
    }

    /// <returns>The option as it is then; an empty text when there is none with this name.</returns>
    private static string Set(FileDescriptor socket, string name, string value)
    {
        foreach ((string Name, int Level, int Number) option in s_options.Where(option => option.Name == name))
        {
            byte[] bytes = new byte[Math.Min(value.Length / 2, LongestValue)];
            if (Convert.FromHexString(value, bytes, out _, out _) == System.Buffers.OperationStatus.Done && Read(socket, option)?.AsSpan().SequenceEqual(bytes) == false)
            {
                _ = Libc.TrySetSocketOption(socket, option.Level, option.Number, bytes);
            }

            return Read(socket, option) is { } now ? Text(option.Name, now) : "";
        }

        return "";
    }

    /// <param name="usual">The values in a new socket; <see langword="null"/> for an option that such a socket does not have.</param>
    private static List<string> Unusual(FileDescriptor socket, byte[]?[] usual)
    {
        List<string> found = [];
        Span<byte> value = stackalloc byte[LongestValue];
        for (int i = 0; i < s_options.Length; i++)
        {
            if (usual[i] is { } known && Libc.TryReadSocketOption(socket, s_options[i].Level, s_options[i].Number, value) is { } length
                && !value[..length].SequenceEqual(known))
            {
                found.Add(Text(s_options[i].Name, value[..length]));
            }
        }

        return found;
    }

    private static byte[]? Read(FileDescriptor socket, (string Name, int Level, int Number) option)
    {
        Span<byte> value = stackalloc byte[LongestValue];
        return Libc.TryReadSocketOption(socket, option.Level, option.Number, value) is { } length ? value[..length].ToArray() : null;
    }

    private static string Text(string name, ReadOnlySpan<byte> value) => $"{name}={Convert.ToHexString(value)}";

    /// <summary>A socket of IPv6 may have connections of IPv4.</summary>
    private static bool Has((int Domain, int Type, int Protocol) kind, int level)
    {
        const int AF_INET = 2;
        const int AF_INET6 = 10;
        const int AF_NETLINK = 16;
        return level switch
        {
            Socket => true,
            Ip => kind.Domain is AF_INET or AF_INET6,
            Ip6 => kind.Domain is AF_INET6,
            Netlink => kind.Domain is AF_NETLINK,
            _ => kind.Domain is AF_INET or AF_INET6 && kind.Protocol == level,
        };
    }
}
