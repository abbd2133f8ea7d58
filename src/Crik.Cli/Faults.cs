using System.Text.Json;

namespace Crik;

/// <summary>Turns a fault of a file system into a value, for steps whose failure the caller only reports.</summary>
internal static class Faults
{
    /// <summary>What .NET writes between the words of the C library and the path.</summary>
    private const string BeforePath = " : '";

    /// <returns>What failed, with a message for people; <see langword="null"/> when nothing did.</returns>
    public static Exception? Of(Action step)
    {
        try
        {
            step();
            return null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            string reason = Reason(exception);
            return reason == exception.Message ? exception : new IOException(reason, exception);
        }
    }

    /// <summary>
    /// Says what happened in crik's own words, and in those of the C library, with the file that .NET names. A message of crik stays as it is.
    /// .NET's own sentences end with a full stop, have codes in them, and look like a bug of crik to somebody who has lost a volume.
    /// </summary>
    public static string Reason(Exception exception) => exception switch
    {
        FileNotFoundException or DirectoryNotFoundException => OfFile(exception, "No such file or directory"),
        UnauthorizedAccessException => OfFile(exception, "Permission denied"),
        PathTooLongException => OfFile(exception, "File name too long"),
        EndOfStreamException => OfFile(exception, "the file ends too early"),
        JsonException { LineNumber: { } line, BytePositionInLine: { } position } => $"it is no JSON from line {line + 1}, byte {position + 1} on",
        OverflowException => "a number in it is too large",
        OutOfMemoryException or ThreadStartException => "the limit of processes (pids.max) or of memory of the container is reached",
        OperationCanceledException => "it took too long and was given up",
        IOException when exception.Message.IndexOf(BeforePath, StringComparison.Ordinal) is var end and > 0 => OfFile(exception, exception.Message[..end]),
        _ => exception.Message,
    };

    /// <summary>.NET has the path between quotation marks.</summary>
    private static string OfFile(Exception exception, string what)
    {
        string text = exception.Message;
        int start = text.IndexOf('\'') + 1;
        int end = text.LastIndexOf('\'');
        return start < end ? $"{text[start..end]}: {what}" : what;
    }
}
