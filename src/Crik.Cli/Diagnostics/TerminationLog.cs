using System.Text;
using Crik.Linux;

namespace Crik.Diagnostics;

/// <summary>The file in which Kubernetes looks for a container's last words (terminationMessagePath).</summary>
internal static class TerminationLog
{
    private const string Path = "/dev/termination-log";

    /// <summary>Adds a line, where there is such a file.</summary>
    public static void Add(string line)
    {
        using FileDescriptor? file = Libc.TryOpen(Path, Libc.O_WRONLY | Libc.O_APPEND, 0, out _);
        if (file is not null && Libc.Identify(file.Number) is { IsRegular: true })
        {
            _ = Libc.TryWrite(file.Number, Encoding.UTF8.GetBytes($"crik: {line}\n")); // it is a courtesy; there is nobody to tell
        }
    }
}
