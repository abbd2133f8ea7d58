namespace Crik.Criu.Images;

/// <summary>The state of a process that all of its threads share.</summary>
/// <remarks>task_core_entry of criu's images/core.proto.</remarks>
internal readonly ref struct TaskEntry(ReadOnlySpan<byte> message)
{
    private const int StateField = 1;
    private const int NameField = 6;

    private readonly ReadOnlySpan<byte> _message = message;

    /// <summary>The short name, as in <c>/proc/PID/comm</c>.</summary>
    public string Name => ProtoReader.FindText(_message, NameField);

    public TaskState State => (TaskState)ProtoReader.FindNumber(_message, StateField);
}
