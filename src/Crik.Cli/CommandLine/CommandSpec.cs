namespace Crik.CommandLine;

/// <summary>One command: what the help says of it, and what it takes.</summary>
/// <param name="Word">What the help calls the word after the command; null when it takes none.</param>
/// <param name="Summary">A short sentence for lists of commands, without a full stop.</param>
/// <param name="Details">Whole sentences for its own help, broken into lines.</param>
internal sealed record CommandSpec(string Name, string? Word, string Summary, string Details, params CommandOption[] Options);
