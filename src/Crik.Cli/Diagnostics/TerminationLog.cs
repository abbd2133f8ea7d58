namespace Crik.Diagnostics;

/// <summary>Writes to the file from which Kubernetes reads why a container ended (terminationMessagePath).</summary>
internal static class TerminationLog
{
    private const string Path = "/dev/termination-log";

    /// <summary>Adds a line if the file exists.</summary>
    public static void Add(string line)
    {
        using FileDescriptor? file = Libc.TryOpen(Path, Libc.O_WRONLY | Libc.O_APPEND, 0, out _);
        if (file is not null && Libc.TryStatus(file.Number) is { IsRegular: true })
        {
            _ = Libc.TryWrite(file.Number, Encoding.UTF8.GetBytes($"crik: {line}\n")); // a failure does not matter, because the log has the same message
        }
    }
}
