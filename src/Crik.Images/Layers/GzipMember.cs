using System.IO.Compression;

namespace Crik.Images.Layers;

/// <summary>A part of the layer as a complete gzip file. Its buffers are used again for later parts.</summary>
internal sealed class GzipMember
{
    /// <summary>How much of the layer is in one member. Smaller ones would compress worse, larger ones cost memory.</summary>
    public const int PlainBytes = 1 << 20;

    /// <summary>What does not compress becomes up to an eighth larger with the fixed codes of the fastest level.</summary>
    private readonly byte[] _compressed = new byte[PlainBytes + (PlainBytes >> 2)];
    private readonly byte[] _plain = new byte[PlainBytes];
    private int _length;
    private int _taken;

    public Memory<byte> Plain => _plain;

    public bool IsTaken => _taken == _length;

    public void Compress(int plainLength)
    {
        using MemoryStream target = new(_compressed);
        using (GZipStream gzip = new(target, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(_plain, 0, plainLength);
        }

        (_length, _taken) = ((int)target.Position, 0);
    }

    public int Take(Span<byte> buffer)
    {
        int length = Math.Min(buffer.Length, _length - _taken);
        _compressed.AsSpan(_taken, length).CopyTo(buffer);
        _taken += length;
        return length;
    }
}
