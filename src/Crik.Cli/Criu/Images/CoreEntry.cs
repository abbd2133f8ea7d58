namespace Crik.Criu.Images;

/// <summary>The state of a process and of its first thread: <c>core-PID.img</c>.</summary>
/// <remarks>core_entry of criu's images/core.proto.</remarks>
internal readonly ref struct CoreEntry(ReadOnlySpan<byte> message)
{
    private const int ProcessField = 3;
    private const int ThreadField = 5;

    private readonly ReadOnlySpan<byte> _message = message;

    public TaskEntry Process => new(ProtoReader.FindBytes(_message, ProcessField));

    public ThreadEntry Thread => new(ProtoReader.FindBytes(_message, ThreadField));
}
