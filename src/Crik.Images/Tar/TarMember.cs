namespace Crik.Images.Tar;

/// <summary>A member of an archive: its name as it is written there, and the size of its content.</summary>
internal sealed record TarMember(string Name, TarMemberKind Kind, long Size);
