namespace Crik;

/// <summary>
/// A failure that the user can mend. The message names what failed, where, and what to do. It is printed without a stack trace.
/// </summary>
internal abstract class CrikException(string message, FailureKind kind = FailureKind.Failed, Exception? innerException = null)
    : Exception(message, innerException)
{
    public FailureKind Kind => kind;
}
