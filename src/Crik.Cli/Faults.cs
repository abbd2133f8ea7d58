namespace Crik;

/// <summary>Turns a fault of a file system into a value, for steps whose failure the caller only reports.</summary>
internal static class Faults
{
    /// <returns>What failed; <see langword="null"/> when nothing did.</returns>
    public static Exception? Of(Action step)
    {
        try
        {
            step();
            return null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return exception;
        }
    }
}
