namespace Crik.Kubectl.CommandLine;

/// <summary>One option of the command line.</summary>
/// <param name="Value">What the help calls its value, or the values to choose from (json|yaml); null for a flag.</param>
/// <param name="Description">One or more sentences.</param>
/// <param name="Alias">The short name, if it has one.</param>
/// <param name="Repeats">Whether it may be there more than once.</param>
internal sealed record CommandOption(string Name, string? Value, string Description, string? Alias = null, bool Repeats = false)
{
    public IReadOnlyList<string> Choices => Value?.Contains('|') == true ? Value.Split('|') : [];
}
