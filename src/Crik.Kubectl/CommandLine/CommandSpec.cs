namespace Crik.Kubectl.CommandLine;

/// <summary>One command: what the help says of it, and what it takes.</summary>
/// <param name="Words">What the help calls the words after the command. Optional ones have brackets.</param>
/// <param name="Summary">A short sentence for lists of commands, without a full stop.</param>
/// <param name="Details">Whole sentences for its own help, broken into lines.</param>
/// <param name="Examples">Comments and commands, as kubectl shows them.</param>
internal sealed record CommandSpec(string Name, string[] Words, string Summary, string Details, string Examples, params CommandOption[] Options)
{
    public int FewestWords => Words.Count(static word => !word.StartsWith('['));
}
