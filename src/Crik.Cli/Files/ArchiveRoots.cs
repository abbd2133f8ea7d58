using System.Text;

namespace Crik.Files;

/// <summary>Where an archive may write: directories with all that is below, and single paths, of which there may be many.</summary>
/// <param name="leftOut">Single paths that it may have, and that are not written here.</param>
internal sealed class ArchiveRoots(IReadOnlyList<string> trees, IReadOnlyList<string> single, IReadOnlyList<string>? leftOut = null)
{
    private readonly byte[][] _trees = [.. trees.Select(path => Encoding.UTF8.GetBytes(path.TrimEnd('/')))];
    private readonly HashSet<string> _single = [.. single.Select(path => Key(Encoding.UTF8.GetBytes(path)))];
    private readonly HashSet<string> _leftOut = [.. (leftOut ?? []).Select(path => Key(Encoding.UTF8.GetBytes(path)))];

    public bool Allow(byte[] path) => _single.Contains(Key(path)) || IsLeftOut(path) || _trees.Any(tree => ArchiveIndex.IsBelow(path, tree));

    public bool IsLeftOut(byte[] path) => _leftOut.Contains(Key(path));

    /// <summary>Whether this is one of the single paths: then it is not followed when it is a link.</summary>
    public bool IsSingle(byte[] path) => _single.Contains(Key(path));

    /// <summary>Whether this very path was named.</summary>
    public bool IsRoot(byte[] path) => _single.Contains(Key(path)) || _trees.Any(tree => tree.AsSpan().SequenceEqual(path));

    /// <summary>The directory that a path below one of these can be reached from without following links.</summary>
    public byte[] BaseOf(byte[] path)
    {
        if (IsSingle(path))
        {
            return [(byte)'/'];
        }

        byte[]? tree = IsRoot(path) ? null : _trees.FirstOrDefault(tree => ArchiveIndex.IsBelow(path, tree));
        return tree ?? path[..Math.Max(1, Array.LastIndexOf(path, (byte)'/'))];
    }

    private static string Key(byte[] path) => Encoding.Latin1.GetString(path); // one character for each byte
}
