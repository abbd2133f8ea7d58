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
    private const int LastOfOwner = 5;

    private readonly ReadOnlySpan<byte> _message = message;

    /// <summary>The flags of open(2).</summary>
    public uint Flags => (uint)ProtoReader.FindNumber(_message, FlagsField);

    public string Path => ProtoReader.FindText(_message, PathField);

    /// <summary>Makes the entry of a file that is open for reading and writing and that sends signals to no process.</summary>
    public static byte[] New(uint id, string path)
    {
        // The process that gets the signals of the file (F_SETOWN, fcntl(2)): fown_entry of criu's images/fown.proto.
        ProtoWriter nobody = new();
        for (int field = 1; field <= LastOfOwner; field++) // criu requires all of its fields
        {
            nobody.Number(field, 0);
        }

        return new ProtoWriter().Number(IdField, id).Number(FlagsField, Libc.O_RDWR).Number(PositionField, 0).Message(OwnerField, nobody)
            .Text(PathField, path).ToArray();
    }

    public byte[] WithPath(string path) => ChangedMessage.WithBytes(_message, PathField, Encoding.UTF8.GetBytes(path));
}
