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
    private const int MountField = 7;
    private const int SizeField = 8;
    private const int ModeField = 10;
    private const int BuildIdField = 11;
    private const int LastOfOwner = 5;
    private const ulong TypeBits = 0xF000; // S_IFMT

    private readonly ReadOnlySpan<byte> _message = message;

    /// <summary>The flags of open(2).</summary>
    public uint Flags => (uint)ProtoReader.FindNumber(_message, FlagsField);

    public bool IsWriteOnly => (Flags & Libc.O_ACCMODE) == Libc.O_WRONLY;

    public string Path => ProtoReader.FindText(_message, PathField);

    /// <summary>The path with all of its bytes, which need not be text.</summary>
    public string ExactPath => ByteStrings.Decode(ProtoReader.FindBytes(_message, PathField));

    /// <summary>The size at the checkpoint, in bytes; 0 if criu did not save it.</summary>
    public long Size => (long)ProtoReader.FindNumber(_message, SizeField);

    /// <summary>Whether the file belongs to the container and not to the tree.</summary>
    public bool IsExternal => ProtoReader.FindNumber(_message, 9) != 0;

    /// <summary>The id of its mount, when the program has a mount namespace of its own; else 0. The field is a zigzag number.</summary>
    public uint Mount => (uint)(ProtoReader.FindNumber(_message, MountField) >> 1);

    /// <summary>The type of the file; 0 when the image has no mode.</summary>
    public FileType Type => (FileType)(ProtoReader.FindNumber(_message, ModeField) & TypeBits);

    public UnixFileMode Permissions => (UnixFileMode)ProtoReader.FindNumber(_message, ModeField) & FileModes.All;

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

    public byte[] WithPermissions(UnixFileMode permissions) => ChangedMessage.WithNumber(_message, ModeField, (long)Type | (long)permissions);

    public byte[] WithoutSize() => ChangedMessage.Without(_message, SizeField);

    /// <summary>The entry without what criu would compare with the file that it finds: size, mode and build-id.</summary>
    public byte[] WithoutValidation() =>
        ChangedMessage.Without(ChangedMessage.Without(ChangedMessage.Without(_message, SizeField), ModeField), BuildIdField);

    public byte[] ToArray() => _message.ToArray();

    public byte[] WithPath(string path) => ChangedMessage.WithBytes(_message, PathField, Encoding.UTF8.GetBytes(path));
}
