namespace Crik.Criu.Images;

/// <summary>The state of a process and of its first thread: <c>core-PID.img</c>.</summary>
/// <remarks>core_entry of criu's images/core.proto, and its task_core_entry, thread_core_entry and creds_entry.</remarks>
internal readonly ref struct CoreEntry(ReadOnlySpan<byte> message)
{
    private readonly ReadOnlySpan<byte> _task = ProtoReader.FindBytes(message, TaskField);
    private readonly ReadOnlySpan<byte> _thread = ProtoReader.FindBytes(message, ThreadField);

    private const int TaskField = 3;
    private const int ThreadField = 5;
    private const int CredentialsField = 10;

    public TaskState State => (TaskState)ProtoReader.FindNumber(_task, 1);

    /// <summary>The short name, as in <c>/proc/PID/comm</c>.</summary>
    public string Name => ProtoReader.FindText(_task, 6);

    /// <summary>The user that the thread runs as.</summary>
    public uint UserId => (uint)ProtoReader.FindNumber(ProtoReader.FindBytes(_thread, CredentialsField), 1);
}

/// <summary>The state of a process when it was saved (TASK_ALIVE and others, compel/include/uapi/task-state.h).</summary>
internal enum TaskState : ulong
{
    Alive = 1,
    Dead = 2,
    Stopped = 3,
    Zombie = 6,
}
