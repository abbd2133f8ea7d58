using System.Buffers.Binary;
using System.Text;

namespace Crik.Images.Tar;

/// <summary>
/// The header block of a member: POSIX.1-2017, pax, "ustar Interchange Format", and GNU's numbers in base 256 (GNU tar
/// manual, "Extensions to the Standard Format").
/// </summary>
internal readonly ref struct TarBlock(ReadOnlySpan<byte> block)
{
    public const int Bytes = 512;

    private const int ChecksumOffset = 148;

    private readonly ReadOnlySpan<byte> _block = block[..Bytes];

    public bool IsZero => !_block.ContainsAnyExcept((byte)0);

    public byte Type => _block[156];

    /// <summary>The sum of all bytes, with those of the sum itself taken as spaces.</summary>
    public bool HasRightChecksum
    {
        get
        {
            int sum = 8 * ' ';
            for (int at = 0; at < Bytes; at++)
            {
                sum += at is >= ChecksumOffset and < ChecksumOffset + 8 ? 0 : _block[at];
            }

            return Octal(_block.Slice(ChecksumOffset, 8)) == sum;
        }
    }

    /// <summary>The size of the content, or null if it is not a number.</summary>
    public long? Size => Number(_block.Slice(124, 12));

    /// <summary>The name without those of extended headers. Only the POSIX format has a prefix.</summary>
    public string Name
    {
        get
        {
            string name = Text(_block[..100]);
            string prefix = _block.Slice(257, 6).SequenceEqual("ustar\0"u8) ? Text(_block.Slice(345, 155)) : "";
            return prefix.Length > 0 ? $"{prefix}/{name}" : name;
        }
    }

    private static string Text(ReadOnlySpan<byte> field) => Encoding.UTF8.GetString(field.IndexOf((byte)0) is >= 0 and var end ? field[..end] : field);

    private static long? Number(ReadOnlySpan<byte> field) =>
        (field[0] & 0x80) is 0 ? Octal(field)
        : field[0] is 0x80 && field[1..4].SequenceEqual("\0\0\0"u8) && BinaryPrimitives.ReadInt64BigEndian(field[4..]) is >= 0 and var number ? number
        : null;

    private static long? Octal(ReadOnlySpan<byte> field)
    {
        ReadOnlySpan<byte> digits = field.Trim(" \0"u8);
        long number = 0;
        foreach (byte digit in digits)
        {
            if (digit is < (byte)'0' or > (byte)'7')
            {
                return null;
            }

            number = (number << 3) + (digit - '0'); // at most twelve digits: no overflow
        }

        return digits.Length > 0 ? number : null;
    }
}
