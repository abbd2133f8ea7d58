namespace Crik.Images.Tar;

/// <summary>What a member of an archive is, as far as checkpoint archives have it.</summary>
internal enum TarMemberKind
{
    File,
    Directory,

    /// <summary>A link, device or anything else that no container runtime writes into a checkpoint archive.</summary>
    Other,
}
