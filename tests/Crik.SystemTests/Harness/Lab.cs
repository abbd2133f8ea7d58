[assembly: CollectionBehavior(MaxParallelThreads = 2)]

namespace Crik.SystemTests;

/// <summary>Finds what the tests run: the native binary, the pod runner and the root file systems.</summary>
internal static class Lab
{
    public static string Binary { get; } = Environment.GetEnvironmentVariable("CRIK_BINARY") ?? Repository.In("artifacts/crik");

    /// <summary>What <c>make bundle</c> made. The tests of the bundle mount it in their pods.</summary>
    public static string Bundle { get; } = Repository.In("artifacts/bundle");

    public static string PodRunner { get; } = Repository.In("tests/lab/pod.py");

    public static string RootFileSystem { get; } = SkipReason is null ? Run(Repository.In("tests/lab/rootfs.sh")).Trim() : "";

    /// <summary>The path of a root file system that rootfs.sh makes.</summary>
    public static string RootFileSystemOf(string suite) => Run(Repository.In("tests/lab/rootfs.sh"), suite).Trim();

    /// <summary>The reason why no container can run here, if there is one.</summary>
    public static string? SkipReason =>
        !Environment.IsPrivilegedProcess ? "the test runs containers, and that needs root"
        : !File.Exists(Binary) ? $"{Binary} does not exist; run make crik"
        : null;

    /// <summary>Runs a program, whatever its exit code is.</summary>
    /// <returns>What it wrote to standard output.</returns>
    public static string Run(string file, params string[] arguments) => Command.Run(file, arguments).Output;
}
