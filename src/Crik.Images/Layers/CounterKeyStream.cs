using System.Buffers.Binary;
using System.Numerics;
using System.Security.Cryptography;

namespace Crik.Images.Layers;

/// <summary>
/// AES in counter mode (NIST SP 800-38A, 6.5), which .NET does not have: it encrypts many counters at once with ECB, and
/// combines them with the data. The whole initial block is one number that is counted up, as Go's cipher.NewCTR does it.
/// </summary>
internal sealed class CounterKeyStream : IDisposable
{
    private const int BlockBytes = 16;
    private const int BatchBytes = 64 << 10;

    private readonly Aes _aes = Aes.Create();
    private readonly byte[] _counters = new byte[BatchBytes];
    private readonly byte[] _keyStream = new byte[BatchBytes];
    private UInt128 _next;
    private int _used = BatchBytes;

    public CounterKeyStream(byte[] key, byte[] initialBlock)
    {
        _aes.Key = key;
        _next = BinaryPrimitives.ReadUInt128BigEndian(initialBlock);
    }

    /// <summary>Encrypts or decrypts in place: both are the same.</summary>
    public void Apply(Span<byte> data)
    {
        while (!data.IsEmpty)
        {
            if (_used == BatchBytes)
            {
                NextBatch();
            }

            int length = Math.Min(data.Length, BatchBytes - _used);
            Combine(data[..length], _keyStream.AsSpan(_used, length));
            _used += length;
            data = data[length..];
        }
    }

    public void Dispose()
    {
        _aes.Dispose();
        CryptographicOperations.ZeroMemory(_keyStream);
    }

    private static void Combine(Span<byte> data, ReadOnlySpan<byte> keyStream)
    {
        int at = 0;
        for (; at <= data.Length - Vector<byte>.Count; at += Vector<byte>.Count)
        {
            (new Vector<byte>(data[at..]) ^ new Vector<byte>(keyStream[at..])).CopyTo(data[at..]);
        }

        for (; at < data.Length; at++)
        {
            data[at] ^= keyStream[at];
        }
    }

    private void NextBatch()
    {
        for (int at = 0; at < BatchBytes; at += BlockBytes)
        {
            BinaryPrimitives.WriteUInt128BigEndian(_counters.AsSpan(at), _next++);
        }

        // CA5358 warns of ECB because equal blocks give equal results. Counters are never equal.
#pragma warning disable CA5358
        _aes.EncryptEcb(_counters, _keyStream, PaddingMode.None);
#pragma warning restore CA5358
        _used = 0;
    }
}
