namespace Crik.Linux;

/// <summary>An address of a network interface: 4 or 16 bytes, as the network has them.</summary>
internal sealed class InterfaceAddress(string name, byte[] bytes)
{
    public string Interface => name;

    public byte[] Bytes => bytes;

    public bool IsVersion4 => bytes.Length == 4;

    /// <summary>127.0.0.0/8 and ::1 are the same in every pod.</summary>
    public bool IsLoopback => IsVersion4 ? bytes[0] == 127 : bytes.AsSpan(0, 15).IndexOfAnyExcept((byte)0) < 0 && bytes[15] == 1;

    /// <summary>fe80::/10: of one link alone.</summary>
    public bool IsOfLink => !IsVersion4 && bytes[0] == 0xFE && (bytes[1] & 0xC0) == 0x80;

    /// <returns><see langword="null"/> when it is not what <see cref="ToString"/> gives.</returns>
    public static InterfaceAddress? TryParse(string text)
    {
        int space = text.LastIndexOf(' ');
        int digits = text.Length - space - 1;
        return space > 0 && digits is 8 or 32 && text[(space + 1)..].All(char.IsAsciiHexDigitUpper)
            ? new InterfaceAddress(text[..space], Convert.FromHexString(text.AsSpan(space + 1)))
            : null;
    }

    /// <summary>eth0 0A580003</summary>
    public override string ToString() => $"{name} {Convert.ToHexString(bytes)}";
}
