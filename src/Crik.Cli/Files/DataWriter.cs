namespace Crik.Files;

/// <summary>Writes the file of an archive that has the contents of all files, one after the other.</summary>
internal sealed class DataWriter(string archive, CancellationToken cancellationToken) : IDisposable
{
    /// <summary>A copy looks whether it was told to stop after so many bytes.</summary>
    private const long CopyStep = 64 << 20;

    private readonly FileDescriptor _data =
        Libc.Open(FileArchive.DataPath(archive), Libc.O_RDWR | Libc.O_CREAT | Libc.O_TRUNC | Libc.O_NOFOLLOW, FileModes.OwnFile);

    public long Length { get; private set; }

    /// <summary>Appends a stretch of a file.</summary>
    public void Copy(FileDescriptor file, long offset, long length, byte[] path)
    {
        for (long done = 0; done < length;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            long copied = Libc.CopyRange(file, offset + done, _data, Length, Math.Min(CopyStep, length - done));
            if (copied == 0)
            {
                throw new FileArchiveException($"{ByteStrings.Printable(path)} became shorter while it was copied; something outside the program writes to it");
            }

            done += copied;
            Length += copied;
        }
    }

    /// <summary>Takes back what was appended of a file that is left out.</summary>
    public void CutTo(long length)
    {
        Libc.SetSize(_data, length);
        Length = length;
    }

    public void Dispose() => _data.Dispose();
}
