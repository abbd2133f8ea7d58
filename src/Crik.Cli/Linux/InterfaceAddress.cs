using System.Net;

namespace Crik.Linux;

/// <summary>An address of a network interface: 4 or 16 bytes, in the order of the network.</summary>
internal sealed record InterfaceAddress(string Interface, byte[] Bytes)
{
    public bool IsVersion4 => Bytes.Length == 4;

    /// <summary>Whether it is in 127.0.0.0/8 or ::1, which mean the same in every pod.</summary>
    public bool IsLoopback => IsVersion4 ? Bytes[0] == 127 : Bytes.AsSpan(0, 15).IndexOfAnyExcept((byte)0) < 0 && Bytes[15] == 1;

    /// <summary>Whether it is in fe80::/10 and so is valid on one link only.</summary>
    public bool IsOfLink => !IsVersion4 && Bytes[0] == 0xFE && (Bytes[1] & 0xC0) == 0x80;

    /// <summary>Whether it is in fc00::/7, the unique local addresses, which are private to a site.</summary>
    private bool IsUniqueLocal => !IsVersion4 && (Bytes[0] & 0xFE) == 0xFC;

    /// <summary>Whether a socket that is bound to the one could be bound to the other: both are of one version of IP and of one scope.</summary>
    public bool IsLike(InterfaceAddress other) =>
        IsVersion4 == other.IsVersion4 && IsOfLink == other.IsOfLink && IsUniqueLocal == other.IsUniqueLocal && IsLoopback == other.IsLoopback;

    /// <summary>Writes an address and a port as people do: <c>10.0.0.5:80</c> or <c>[fd00::5]:80</c>.</summary>
    public static string Text(byte[] address, uint port) =>
        address.Length == 4 ? $"{address[0]}.{address[1]}.{address[2]}.{address[3]}:{port}" : $"[{new IPAddress(address)}]:{port}";

    /// <returns><see langword="null"/> when the text is not what <see cref="ToString"/> gives.</returns>
    public static InterfaceAddress? TryParse(string text)
    {
        int space = text.LastIndexOf(' ');
        int digits = text.Length - space - 1;
        return space > 0 && digits is 8 or 32 && text[(space + 1)..].All(char.IsAsciiHexDigitUpper)
            ? new InterfaceAddress(text[..space], Convert.FromHexString(text.AsSpan(space + 1)))
            : null;
    }

    /// <summary>For example <c>eth0 0A580003</c>.</summary>
    public override string ToString() => $"{Interface} {Convert.ToHexString(Bytes)}";
}
