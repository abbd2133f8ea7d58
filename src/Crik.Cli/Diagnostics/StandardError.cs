namespace Crik.Diagnostics;

/// <summary>
/// Writes lines of the log to standard error. The program usually shares that pipe, and perhaps no process reads it. So a line that does
/// not fit into the pipe is dropped and counted, and the count is logged before the next line that fits.
/// </summary>
internal static class StandardError
{
    public static LineWriter Writer { get; } = new(descriptor: 2, () => Log.IsJson);

    /// <summary>Writes whole lines. May wait for the disk when standard error is a regular file.</summary>
    public static void Write(ReadOnlySpan<byte> lines) => Writer.Write(lines, mayWait: true);
}
