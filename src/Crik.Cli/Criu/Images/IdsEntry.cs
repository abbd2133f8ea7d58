namespace Crik.Criu.Images;

/// <summary>The ids of what processes may share: <c>ids-PID.img</c>.</summary>
/// <remarks>task_kobj_ids_entry of criu's images/core.proto.</remarks>
internal readonly ref struct IdsEntry(ReadOnlySpan<byte> message)
{
    private const int FilesField = 2;

    private readonly ReadOnlySpan<byte> _message = message;

    /// <summary>The id of the table of descriptors.</summary>
    public uint Files => (uint)ProtoReader.FindNumber(_message, FilesField);
}
