namespace Crik.Criu.Images;

/// <remarks>pipe_entry of criu's images/pipe.proto.</remarks>
internal readonly ref struct PipeEntry(ReadOnlySpan<byte> message)
{
    private const int PipeField = 2;
    private const int FlagsField = 3;

    private readonly ReadOnlySpan<byte> _message = message;

    /// <summary>The inode of the pipe, which both of its ends have.</summary>
    public uint Pipe => (uint)ProtoReader.FindNumber(_message, PipeField);

    /// <summary>The flags of open(2).</summary>
    public uint Flags => (uint)ProtoReader.FindNumber(_message, FlagsField);
}
