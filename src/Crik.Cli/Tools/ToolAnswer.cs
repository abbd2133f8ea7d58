using Crik.CommandLine;
using Crik.Json;

namespace Crik.Tools;

/// <summary>What a command for people prints, and whether it failed all the same.</summary>
/// <param name="Text">Goes to standard output and ends with a newline.</param>
/// <param name="Problem">The message for the log when the command failed.</param>
/// <param name="Note">Goes to standard error as it is, and ends with a newline.</param>
internal sealed record ToolAnswer(string Text, FailureKind? Failure = null, string? Problem = null, string? Note = null)
{
    public static implicit operator ToolAnswer(string text) => new(text);

    /// <summary>A document for programs, in the form that they asked for.</summary>
    public static string Document(OutputForm form, string json) => form == OutputForm.Yaml ? YamlOutput.Of(json) : json;
}
