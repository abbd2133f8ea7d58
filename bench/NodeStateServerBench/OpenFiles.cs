namespace Crik.Bench;

internal static class OpenFiles
{
    /// <summary>
    /// The hard limit of open files. The .NET runtime raises the soft limit to it at start, in this process and in the
    /// server.
    /// </summary>
    public static int Limit { get; } =
        File.ReadLines("/proc/self/limits").First(line => line.StartsWith("Max open files", StringComparison.Ordinal))
            .Split(' ', StringSplitOptions.RemoveEmptyEntries)[4] is var text && int.TryParse(text, out int limit) ? limit : int.MaxValue;
}
