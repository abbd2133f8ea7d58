using System.Diagnostics;

[assembly: CollectionBehavior(MaxParallelThreads = 2)]

namespace Crik.SystemTests;

/// <summary>Where the binary, the pod runner and the root file system are.</summary>
internal static class Lab
{
    public static string Repository { get; } = FindRepository();

    public static string Binary { get; } = Environment.GetEnvironmentVariable("CRIK_BINARY") ?? Path.Combine(Repository, "artifacts/crik");

    public static string PodRunner { get; } = Path.Combine(Repository, "tests/lab/pod.py");

    public static string RootFileSystem { get; } = SkipReason is null ? Run(Path.Combine(Repository, "tests/lab/rootfs.sh")).Trim() : "";

    /// <summary>One of those that rootfs.sh makes.</summary>
    public static string RootFileSystemOf(string suite) => Run(Path.Combine(Repository, "tests/lab/rootfs.sh"), suite).Trim();

    /// <summary>Why nothing of this can run here.</summary>
    public static string? SkipReason =>
        !Environment.IsPrivilegedProcess ? "it runs containers, and that takes root"
        : !File.Exists(Binary) ? $"there is no {Binary}: make crik"
        : null;

    public static string Run(string file, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(file, arguments) { RedirectStandardOutput = true })!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return output;
    }

    private static string FindRepository()
    {
        DirectoryInfo? directory = new(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(directory!.FullName, "Crik.slnx")))
        {
            directory = directory.Parent;
        }

        return directory.FullName;
    }
}

/// <summary>A test in the lab; skipped, with the reason, where there is none.</summary>
internal sealed class LabFactAttribute : FactAttribute
{
    public LabFactAttribute()
    {
        Skip = Lab.SkipReason;
    }
}

/// <summary>So for a table of cases.</summary>
internal sealed class LabTheoryAttribute : TheoryAttribute
{
    public LabTheoryAttribute()
    {
        Skip = Lab.SkipReason;
    }
}
