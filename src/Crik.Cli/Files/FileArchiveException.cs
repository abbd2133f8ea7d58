namespace Crik.Files;

/// <summary>An archive, or a file that it names, cannot be used; the message names it.</summary>
/// <param name="isDamage">The archive is at fault, and not a file that cannot be read or written.</param>
internal sealed class FileArchiveException(string message, bool isDamage = false, Exception? cause = null) : IOException(message, cause)
{
    public bool IsDamage { get; } = isDamage;
}
