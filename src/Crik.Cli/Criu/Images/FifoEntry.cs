namespace Crik.Criu.Images;

/// <summary>An end of a named pipe.</summary>
/// <remarks>fifo_entry of criu's images/fifo.proto.</remarks>
internal readonly ref struct FifoEntry(ReadOnlySpan<byte> message)
{
    private const int PipeField = 2;
    private const int FileField = 3;

    private readonly ReadOnlySpan<byte> _message = message;

    public uint Pipe => (uint)ProtoReader.FindNumber(_message, PipeField);

    /// <summary>The id of the open file that has its path.</summary>
    public uint File => (uint)ProtoReader.FindNumber(_message, FileField);
}
