using Crik.Criu.Images;

namespace Crik.Proof;

/// <summary>What a restore puts in the place of a file that has no path any more.</summary>
internal sealed class Substitute(ReplacementKind kind, uint id)
{
    public ReplacementKind Kind { get; } = kind;

    /// <summary>The id of an image or of another open file. Two descriptors of the same file have the same one.</summary>
    public uint Id { get; } = id;
}
