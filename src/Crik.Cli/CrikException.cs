namespace Crik;

/// <summary>A failure that the user can mend. The message says what failed, where, and what to try; it is printed without a stack trace.</summary>
internal abstract class CrikException(string message, int exitCode, Exception? innerException = null) : Exception(message, innerException)
{
    /// <summary>What crik exits with when nobody on the way to Main knows better.</summary>
    public int ExitCode { get; } = exitCode;
}
