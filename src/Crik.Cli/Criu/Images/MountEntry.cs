namespace Crik.Criu.Images;

/// <summary>A mount of a mount namespace: <c>mountpoints-N.img</c>.</summary>
/// <remarks>mnt_entry of criu's images/mnt.proto.</remarks>
internal readonly ref struct MountEntry(ReadOnlySpan<byte> message)
{
    private const int TypeField = 1;
    private const int MountPointField = 7;
    private const int SourceField = 8;
    private const int IsExternalField = 13;
    private const int TypeNameField = 14;

    private readonly ReadOnlySpan<byte> _message = message;

    /// <summary>The type of the file system, as a number of criu's fstype.</summary>
    public ulong Type => ProtoReader.FindNumber(_message, TypeField);

    public string MountPoint => ProtoReader.FindText(_message, MountPointField);

    public string Source => ProtoReader.FindText(_message, SourceField);

    /// <summary>Whether the container has the mount already, so that criu only binds it.</summary>
    public bool IsExternal => ProtoReader.FindNumber(_message, IsExternalField) != 0;

    /// <summary>The name of the type; empty when the type has a number.</summary>
    public string TypeName => ProtoReader.FindText(_message, TypeNameField);
}
