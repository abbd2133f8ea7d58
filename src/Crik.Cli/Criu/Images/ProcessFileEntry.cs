namespace Crik.Criu.Images;

/// <summary>A descriptor of a process, which pidfd_open(2) made.</summary>
/// <remarks>pidfd_entry of criu's images/pidfd.proto.</remarks>
internal readonly ref struct ProcessFileEntry(ReadOnlySpan<byte> message)
{
    private const int ProcessField = 4;

    private readonly ReadOnlySpan<byte> _message = message;

    public int Process => (int)ProtoReader.FindNumber(_message, ProcessField);
}
