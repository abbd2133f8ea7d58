namespace Crik.Policy;

/// <summary>Tells when crik is to run another command than the one that the checkpoint was made of, which a restore does not run.</summary>
/// <param name="Then">The checkpoint's command, for the log.</param>
/// <param name="Now">The command of this start, for the log.</param>
internal sealed record CommandChange(string Then, string Now)
{
    /// <param name="then">The command in the manifest, where a byte that is no text is U+FFFD.</param>
    /// <param name="now">The command that crik is told to run, in the same form.</param>
    /// <returns><see langword="null"/> when both are the same.</returns>
    public static CommandChange? Of(IReadOnlyList<string> then, IReadOnlyList<string> now) =>
        string.Join('\0', then).Equals(string.Join('\0', now), StringComparison.Ordinal)
            ? null
            : new CommandChange(string.Join(' ', then), string.Join(' ', now));
}
