namespace Crik.Criu.Images;

/// <summary>The directories of a process: <c>fs-PID.img</c>.</summary>
/// <remarks>fs_entry of criu's images/fs.proto.</remarks>
internal readonly ref struct DirectoriesEntry(ReadOnlySpan<byte> message)
{
    private const int WorkingDirectoryField = 1;

    private readonly ReadOnlySpan<byte> _message = message;

    /// <summary>The id of an open file.</summary>
    public uint WorkingDirectory => (uint)ProtoReader.FindNumber(_message, WorkingDirectoryField);
}
