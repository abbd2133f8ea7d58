namespace Crik.Files;

/// <summary>
/// Walks through a tree of files, in the order of the names' bytes. Each directory comes before its contents. The walk does not use
/// recursion, so a deep tree does not overflow the stack.
/// </summary>
internal sealed class TreeWalk : IDisposable
{
    private readonly DirectoryChain _chain = new();
    private readonly Stack<(byte[] Path, Queue<byte[]> Names)> _levels = new();

    /// <summary>The directory that the last name is in.</summary>
    public FileDescriptor Directory => _chain.Lowest;

    /// <summary>The path of that directory.</summary>
    public byte[] Path => _levels.Peek().Path;

    /// <summary>Walks through a directory before the walk goes on where it is.</summary>
    /// <param name="directory">Belongs to the walk from now on.</param>
    /// <param name="isElsewhere">Whether it is not below the directory before it: the walk begins here, or it followed a link.</param>
    public void Enter(FileDescriptor directory, byte[] path, bool isElsewhere)
    {
        _chain.Push(directory, isElsewhere);
        _levels.Push((path, new Queue<byte[]>(Libc.ReadDirectory(directory))));
    }

    /// <summary>Goes to the next name, and out of directories that have no more.</summary>
    /// <returns><see langword="null"/> at the end of the tree.</returns>
    public byte[]? Next()
    {
        while (_levels.TryPeek(out (byte[] Path, Queue<byte[]> Names) level))
        {
            if (level.Names.TryDequeue(out byte[]? name))
            {
                return name;
            }

            _levels.Pop();
            _chain.Leave().Dispose();
        }

        return null;
    }

    public byte[] PathOf(byte[] name) => [.. Path, (byte)'/', .. name];

    public void Dispose() => _chain.Dispose();
}
