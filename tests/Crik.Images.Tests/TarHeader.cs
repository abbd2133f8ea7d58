using System.Text;

namespace Crik.Images.Tests;

/// <summary>Header blocks that no program would write, or for content that is not in memory.</summary>
internal static class TarHeader
{
    public static byte[] Of(char type, string name, long size)
    {
        byte[] block = new byte[512];
        Encoding.ASCII.GetBytes(name).CopyTo(block, 0);
        Encoding.ASCII.GetBytes(Convert.ToString(size, 8).PadLeft(11, '0')).CopyTo(block, 124);
        block[156] = (byte)type;
        "ustar\0"u8.CopyTo(block.AsSpan(257));
        Seal(block);
        return block;
    }

    /// <summary>Writes the checksum that fits the block.</summary>
    public static void Seal(byte[] block)
    {
        "        "u8.CopyTo(block.AsSpan(148));
        int sum = block.Sum(one => one);
        Encoding.ASCII.GetBytes(Convert.ToString(sum, 8).PadLeft(6, '0') + "\0 ").CopyTo(block, 148);
    }
}
