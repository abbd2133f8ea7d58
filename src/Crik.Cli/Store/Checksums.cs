using System.Buffers.Binary;
using System.Numerics;

namespace Crik.Store;

/// <summary>
/// Computes CRC-32C checksums, which reveal files that were damaged by accident. They do not protect against an attacker who can write to
/// the directory.
/// </summary>
internal static class Checksums
{
    public static uint Of(ReadOnlySpan<byte> bytes) => ~Add(uint.MaxValue, bytes);

    public static uint OfFile(string path)
    {
        using FileDescriptor file = Libc.Open(path, Libc.O_RDONLY | Libc.O_NOFOLLOW);
        Span<byte> buffer = stackalloc byte[1 << 16]; // on the stack, because a checkpoint may have thousands of small images
        uint crc = uint.MaxValue;
        while (Libc.TryRead(file, buffer) is var count and > 0)
        {
            crc = Add(crc, buffer[..(int)count]);
        }

        return ~crc;
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
