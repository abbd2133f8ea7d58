namespace Crik.Linux;

/// <summary>The permissions that crik gives to what it makes.</summary>
internal static class FileModes
{
    /// <summary>Octal 600. Images are the program's memory, and nobody else may read them.</summary>
    public const UnixFileMode OwnFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Octal 700.</summary>
    public const UnixFileMode OwnDirectory = OwnFile | UnixFileMode.UserExecute;

    /// <summary>Octal 644.</summary>
    public const UnixFileMode OthersMayRead = OwnFile | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    /// <summary>Octal 755.</summary>
    public const UnixFileMode OthersMayUse = OwnDirectory
        | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    /// <summary>Octal 1777, as <c>/tmp</c> has it.</summary>
    public const UnixFileMode ForEverybody = OthersMayUse | UnixFileMode.GroupWrite | UnixFileMode.OtherWrite | UnixFileMode.StickyBit;

    /// <summary>Octal 7777: every permission bit that a file can have.</summary>
    public const UnixFileMode All = ForEverybody | UnixFileMode.SetUser | UnixFileMode.SetGroup;
}
