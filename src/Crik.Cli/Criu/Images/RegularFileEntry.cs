namespace Crik.Criu.Images;

/// <summary>An open file that has a path.</summary>
/// <remarks>reg_file_entry of criu's images/regfile.proto.</remarks>
internal readonly ref struct RegularFileEntry(ReadOnlySpan<byte> message)
{
    private const int IdField = 1;
    private const int FlagsField = 2;
    private const int PositionField = 3;
    private const int OwnerField = 5;
    private const int PathField = 6;

    private readonly ReadOnlySpan<byte> _message = message;

    /// <summary>The flags of open(2).</summary>
    public uint Flags => (uint)ProtoReader.FindNumber(_message, FlagsField);

    public string Path => ProtoReader.FindText(_message, PathField);

    /// <summary>Makes the entry of a file that is open for reading and writing and that sends signals to no process.</summary>
    public static byte[] New(uint id, string path)
    {
        const int ReadWrite = 2; // O_RDWR
        return new ProtoWriter().Number(IdField, id).Number(FlagsField, ReadWrite).Number(PositionField, 0).Bytes(OwnerField, SignalOwnerEntry.Nobody())
            .Text(PathField, path).ToArray();
    }

    public byte[] WithPath(string path) => ChangedMessage.WithBytes(_message, PathField, Encoding.UTF8.GetBytes(path));
}
