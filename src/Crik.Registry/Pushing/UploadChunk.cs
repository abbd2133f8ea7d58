namespace Crik.Registry.Pushing;

/// <summary>
/// The part of an upload that is in memory. It stays there until the registry has all of it, so that a broken connection
/// costs no more than sending it again.
/// </summary>
internal sealed class UploadChunk(int size)
{
    /// <summary>The usual size. A push may need 32 MiB of memory, and HTTP and TLS need some of it.</summary>
    public const int UsualSize = 8 << 20;

    private readonly byte[] _buffer = GC.AllocateUninitializedArray<byte>(size);

    /// <summary>How much of the upload comes before the chunk.</summary>
    public long Start { get; private set; }

    public int Length { get; private set; }

    /// <summary>How much of the upload the registry has.</summary>
    public long Stored { get; private set; }

    public long End => Start + Length;

    /// <summary>Nothing comes after it.</summary>
    public bool IsLast => Length < Size;

    public int Size => _buffer.Length;

    public ReadOnlyMemory<byte> Content => _buffer.AsMemory(0, Length);

    /// <summary>What the registry does not have yet.</summary>
    public ReadOnlyMemory<byte> Rest => Content[(int)(Stored - Start)..];

    /// <summary>Goes back to the start of the upload.</summary>
    public void Rewind() => (Start, Stored, Length) = (0, 0, 0);

    /// <summary>Goes on to what follows in the source.</summary>
    public async Task FillAsync(Stream source, CancellationToken cancellationToken)
    {
        Start = Stored = End;
        Length = await source.ReadAtLeastAsync(_buffer, Size, throwOnEndOfStream: false, cancellationToken);
    }

    /// <returns>False if it cannot: the registry lost earlier parts, or speaks of what it never got.</returns>
    public bool TryGoOnAt(long stored)
    {
        if (stored < Start || stored > End)
        {
            return false;
        }

        Stored = stored;
        return true;
    }
}
