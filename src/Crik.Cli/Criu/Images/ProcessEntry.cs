namespace Crik.Criu.Images;

/// <summary>A process in <c>pstree.img</c>, where parents come before their children.</summary>
/// <remarks>pstree_entry of criu's images/pstree.proto.</remarks>
internal readonly ref struct ProcessEntry(ReadOnlySpan<byte> message)
{
    private const int PidField = 1;
    private const int ParentField = 2;
    private const int GroupField = 3;
    private const int SessionField = 4;
    private const int ThreadsField = 5;

    private readonly ReadOnlySpan<byte> _message = message;

    public int Pid => (int)ProtoReader.FindNumber(_message, PidField);

    public int Parent => (int)ProtoReader.FindNumber(_message, ParentField);

    public int Group => (int)ProtoReader.FindNumber(_message, GroupField);

    public int Session => (int)ProtoReader.FindNumber(_message, SessionField);

    /// <summary>How many threads it has.</summary>
    public int Threads => ProtoReader.Count(_message, ThreadsField);

    public byte[] WithSession(int group, int session) =>
        ChangedMessage.WithNumber(ChangedMessage.WithNumber(_message, GroupField, group), SessionField, session);
}
