using System.Buffers.Binary;
using System.Numerics;
using Crik.Linux;

namespace Crik.Checkpoints;

/// <summary>CRC-32C: finds damage, which is what it is for; it is no proof against an attacker who can write the directory.</summary>
internal static class Checksums
{
    public static uint OfFile(string path)
    {
        using FileDescriptor file = Libc.Open(path, Libc.O_RDONLY | Libc.O_NOFOLLOW);
        Span<byte> buffer = stackalloc byte[1 << 16]; // a checkpoint has thousands of small images: an array for each would be most of the work
        uint crc = uint.MaxValue;
        while (true)
        {
            long count = Libc.TryRead(file, buffer);
            if (count <= 0)
            {
                return ~crc;
            }

            crc = Add(crc, buffer[..(int)count]);
        }
    }

    private static uint Add(uint crc, ReadOnlySpan<byte> bytes)
    {
        for (; bytes.Length >= sizeof(ulong); bytes = bytes[sizeof(ulong)..])
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        }

        foreach (byte value in bytes)
        {
            crc = BitOperations.Crc32C(crc, value);
        }

        return crc;
    }
}
