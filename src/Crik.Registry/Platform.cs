namespace Crik.Registry;

/// <summary>The kind of machine that an image is for, in Go's words: `linux`, `amd64`.</summary>
public sealed record Platform(string OperatingSystem, string Architecture)
{
    public static Platform LinuxAmd64 { get; } = new("linux", "amd64");

    public override string ToString() => $"{OperatingSystem}/{Architecture}";
}
