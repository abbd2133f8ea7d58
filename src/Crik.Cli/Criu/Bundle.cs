namespace Crik.Criu;

/// <summary>
/// Knows the bundle: crik, criu and every library of theirs in one directory, which can be put into any image (docs/bundle.md). Its path is
/// written into both executables, as the place of their dynamic linker, so the bundle works nowhere else.
/// </summary>
internal static class Bundle
{
    public const string Root = "/opt/crik";
    public const string Criu = Root + "/bin/criu";

    /// <summary>
    /// The directory of the bundle that this crik is from, or null. It is <see cref="Root"/>, or the same path below that: an image volume has
    /// the whole image at its mount point, and links there lead to the bundle.
    /// </summary>
    public static string? Own { get; } = DirectoryOf(ProcFs.Link("/proc/self/exe"));

    internal static string? DirectoryOf(string? crik) => new[] { Root, Root + Root }.FirstOrDefault(directory => crik == directory + "/bin/crik");
}
