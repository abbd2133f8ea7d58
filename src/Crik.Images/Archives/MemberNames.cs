using System.Text;
using Crik.Images.Tar;

namespace Crik.Images.Archives;

/// <summary>
/// Which members a checkpoint archive may have. The archive becomes the layer of an image as it is, so a runtime unpacks
/// what is in it, as root: a name must not lead out of the directory, and must not be a whiteout (OCI image-spec, layer.md).
/// </summary>
internal static class MemberNames
{
    /// <returns>The name without a leading `./` and trailing `/`. Empty: the directory of the checkpoint itself.</returns>
    public static string Check(TarMember member, ArchiveLimits limits)
    {
        string name = member.Name.StartsWith("./", StringComparison.Ordinal) ? member.Name[2..] : member.Name is "." ? "" : member.Name;
        name = name.EndsWith('/') ? name[..^1] : name;
        if (Encoding.UTF8.GetByteCount(member.Name) > limits.NameBytes)
        {
            throw new ImageException(ImageFailure.TooLarge, $"The archive has a member whose name is longer than {limits.NameBytes} bytes.");
        }

        return member.Kind is TarMemberKind.Other ? throw Unsafe(member, "it is neither a file nor a directory")
            : member is { Kind: TarMemberKind.File } && member.Name.EndsWith('/') ? throw Unsafe(member, "it is a file with the name of a directory")
            : name.Contains('\0', StringComparison.Ordinal) ? throw Unsafe(member, "its name has a zero byte")
            : name.Length is 0 && member.Kind is TarMemberKind.Directory ? ""
            : Array.TrueForAll(name.Split('/'), IsSafe) ? name : throw Unsafe(member, "its name could be that of a file outside of the checkpoint");
    }

    private static bool IsSafe(string segment) => segment is not ("" or "." or "..") && !segment.StartsWith(".wh.", StringComparison.Ordinal);

    private static ImageException Unsafe(TarMember member, string why) => new(ImageFailure.Unsafe,
        $"The archive has a member {Printable.Text(member.Name)} that no container runtime writes: {why}.");
}
