namespace Crik.Diagnostics;

/// <summary>
/// Writes why the run ends to the file from which Kubernetes reads the container's message (terminationMessagePath): one line of JSON.
/// docs/reference.md has its fields.
/// </summary>
internal static class TerminationLog
{
    private const string Path = "/dev/termination-log";

    /// <summary>Kubernetes takes the last 4096 bytes, in which the line has to fit.</summary>
    private const int LongestReason = 500;

    /// <summary>Adds the line if the file exists. Call it once in a run.</summary>
    /// <param name="facts">Those without a value are left out.</param>
    public static void Add(string outcome, string reason, params ReadOnlySpan<(string Key, object? Value)> facts)
    {
        using FileDescriptor? file = Libc.TryOpen(Path, Libc.O_WRONLY | Libc.O_APPEND, 0, out _);
        if (file is not null && Libc.TryStatus(file.Number) is { IsRegular: true } status)
        {
            string before = status.Size > 0 ? "\n" : ""; // the program may have written to it, too
            _ = Libc.TryWrite(file.Number, Encoding.UTF8.GetBytes($"{before}{Line(outcome, reason, facts)}\n")); // a failure does not matter, because the log has the same message
        }
    }

    internal static string Line(string outcome, string reason, ReadOnlySpan<(string Key, object? Value)> facts)
    {
        StringBuilder line = new($"{{\"crik\":{Log.Quoted(outcome)}");
        foreach ((string key, object? value) in facts)
        {
            line.Append(value is null ? "" : string.Create(CultureInfo.InvariantCulture, $",{Log.Quoted(key)}:{value}"));
        }

        return line.Append($",\"reason\":{Log.Quoted(reason.Length > LongestReason ? $"{reason[..LongestReason]}…" : reason)}}}").ToString();
    }
}
