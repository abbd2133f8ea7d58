namespace Crik.Files;

/// <summary>Where an archive may write: directories with all that is below, and single paths, of which there may be many.</summary>
/// <param name="leftOut">Single paths that the archive may have, and that are not written here.</param>
internal sealed class ArchiveRoots(IReadOnlyList<string> trees, IReadOnlyList<string> single, IReadOnlyList<string>? leftOut = null)
{
    private readonly HashSet<string> _treeKeys = [.. trees.Select(path => Key(ByteStrings.Encode(path.TrimEnd('/'))))];
    private readonly HashSet<string> _single = [.. single.Select(path => Key(ByteStrings.Encode(path)))];
    private readonly HashSet<string> _leftOut = [.. (leftOut ?? []).Select(path => Key(ByteStrings.Encode(path)))];

    /// <summary>The directories. Each is there once, and a directory comes before those inside it.</summary>
    public IReadOnlyList<byte[]> Trees { get; } =
        [.. trees.Select(path => ByteStrings.Encode(path.TrimEnd('/'))).DistinctBy(Key).OrderBy(Key, StringComparer.Ordinal)];

    public bool Allow(byte[] path) => IsSingle(path) || IsLeftOut(path) || IsInTree(path);

    public bool IsLeftOut(byte[] path) => _leftOut.Contains(Key(path));

    /// <summary>Whether this is one of the single paths: then it is not followed when it is a link.</summary>
    public bool IsSingle(byte[] path) => _single.Contains(Key(path));

    /// <summary>Whether this very path is one of the directories: then it is followed when it is a link.</summary>
    public bool IsTree(byte[] path) => _treeKeys.Contains(Key(path));

    /// <summary>Whether a path is one of the directories or above one, so that a link there would lead the directory elsewhere.</summary>
    public bool IsOnTheWayToTree(byte[] path) => Trees.Any(tree => IsBelow(tree, path));

    public bool IsInTree(byte[] path) => Trees.Any(tree => IsBelow(path, tree));

    /// <summary>The directory from which a path can be reached without following links.</summary>
    public byte[] BaseOf(byte[] path)
    {
        if (IsSingle(path))
        {
            return [(byte)'/'];
        }

        byte[]? nearest = null;
        foreach (byte[] tree in IsTree(path) ? [] : Trees)
        {
            nearest = IsBelow(path, tree) && tree.Length > (nearest?.Length ?? 0) ? tree : nearest;
        }

        return nearest ?? path[..Math.Max(1, Array.LastIndexOf(path, (byte)'/'))];
    }

    /// <summary>Whether a path is another one or below it.</summary>
    public static bool IsBelow(ReadOnlySpan<byte> path, ReadOnlySpan<byte> root) =>
        path.StartsWith(root) && (path.Length == root.Length || path[root.Length] == (byte)'/');

    /// <summary>Strings compare as the bytes do, and can be looked up: one character for each byte.</summary>
    internal static string Key(byte[] path) => Encoding.Latin1.GetString(path);
}
