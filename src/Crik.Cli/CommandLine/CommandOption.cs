using Crik.Configuration;

namespace Crik.CommandLine;

/// <summary>One option of the command line.</summary>
/// <param name="Value">What the help calls its value, such as DIR, or the values to choose from (text|json); null for a flag.</param>
/// <param name="Description">One or more sentences.</param>
/// <param name="Alias">The short name, if it has one.</param>
/// <param name="Otherwise">What else sets the same: a key of the configuration, a variable.</param>
internal sealed record CommandOption(string Name, string? Value, string Description, string? Alias = null, string? Otherwise = null)
{
    public IReadOnlyList<string> Choices => Value?.Contains('|') == true ? Value.Split('|') : [];

    /// <summary>An option that sets a key of the configuration.</summary>
    public static CommandOption OfKey(string name, string key, string? value = null)
    {
        OptionKey option = OptionKeys.Find(key)!;
        return new(name, value ?? string.Join('|', option.Choices), option.Description, Otherwise: $"{option.Name}, {option.EnvironmentName}");
    }
}
