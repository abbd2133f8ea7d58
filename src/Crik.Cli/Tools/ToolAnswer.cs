namespace Crik.Tools;

/// <summary>What a command for people prints, and whether it failed all the same.</summary>
/// <param name="Text">Goes to standard output and ends with a newline.</param>
/// <param name="Problem">The message for the log when the command failed.</param>
internal sealed record ToolAnswer(string Text, FailureKind? Failure = null, string? Problem = null)
{
    public static implicit operator ToolAnswer(string text) => new(text);
}
