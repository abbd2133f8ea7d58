namespace Crik.Criu.Images;

/// <summary>A process in <c>pstree.img</c>, where parents come before their children.</summary>
/// <remarks>pstree_entry of criu's images/pstree.proto.</remarks>
internal readonly ref struct ProcessEntry(ReadOnlySpan<byte> message)
{
    private const int GroupField = 3;
    private const int SessionField = 4;
    private const int ThreadsField = 5;

    private readonly ReadOnlySpan<byte> _message = message;

    public int Pid => (int)ProtoReader.FindNumber(_message, 1);

    public int Parent => (int)ProtoReader.FindNumber(_message, 2);

    public int Group => (int)ProtoReader.FindNumber(_message, GroupField);

    public int Session => (int)ProtoReader.FindNumber(_message, SessionField);

    /// <summary>How many threads it has.</summary>
    public int Threads => ProtoReader.Count(_message, ThreadsField);

    /// <summary>The numbers of its threads; the first one has the number of the process.</summary>
    public List<int> ThreadIds
    {
        get
        {
            List<int> threads = [];
            ProtoReader reader = new(_message);
            while (reader.MoveTo(ThreadsField))
            {
                threads.Add((int)reader.Number);
            }

            return threads;
        }
    }

    public byte[] WithSession(int group, int session) =>
        ChangedMessage.WithNumber(ChangedMessage.WithNumber(_message, GroupField, group), SessionField, session);
}

/// <summary>The ids of what processes may share: <c>ids-PID.img</c>.</summary>
/// <remarks>task_kobj_ids_entry of criu's images/core.proto.</remarks>
internal readonly struct IdsEntry(ReadOnlySpan<byte> message)
{
    /// <summary>The id of the table of descriptors.</summary>
    public uint Files { get; } = (uint)ProtoReader.FindNumber(message, 2);
}

/// <summary>The directories of a process: <c>fs-PID.img</c>.</summary>
/// <remarks>fs_entry of criu's images/fs.proto.</remarks>
internal readonly struct DirectoriesEntry(ReadOnlySpan<byte> message)
{
    /// <summary>The id of an open file.</summary>
    public uint WorkingDirectory { get; } = (uint)ProtoReader.FindNumber(message, 1);

    /// <summary>The id of an open file.</summary>
    public uint RootDirectory { get; } = (uint)ProtoReader.FindNumber(message, 2);
}
