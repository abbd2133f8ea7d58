namespace Crik.Proof;

/// <summary>A Unix socket that is bound to a path.</summary>
internal sealed class BoundName(uint socket, string path)
{
    /// <summary>The inode of the socket.</summary>
    public uint Socket { get; } = socket;

    public string Path { get; } = path;
}
