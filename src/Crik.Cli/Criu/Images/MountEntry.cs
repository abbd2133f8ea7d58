namespace Crik.Criu.Images;

/// <summary>A mount of a mount namespace: <c>mountpoints-N.img</c>.</summary>
/// <remarks>mnt_entry of criu's images/mnt.proto.</remarks>
internal readonly struct MountEntry(ReadOnlySpan<byte> message)
{
    /// <summary>The type of the file system, as a number of criu's fstype.</summary>
    public ulong Type { get; } = ProtoReader.FindNumber(message, 1);

    public uint Id { get; } = (uint)ProtoReader.FindNumber(message, 2);

    public string MountPoint { get; } = ProtoReader.FindText(message, 7);

    public string Source { get; } = ProtoReader.FindText(message, 8);

    /// <summary>Whether the container has the mount already, so that criu only binds it.</summary>
    /// <remarks>criu writes <c>ext_key</c>; only an early criu wrote <c>ext_mount</c> instead.</remarks>
    public bool IsExternal { get; } = !ProtoReader.FindBytes(message, 18).IsEmpty || ProtoReader.FindNumber(message, 13) != 0;

    /// <summary>The name of the type; empty when the type has a number.</summary>
    public string TypeName { get; } = ProtoReader.FindText(message, 14);
}
