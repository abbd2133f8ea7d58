using System.Collections;

namespace Crik.Init;

/// <summary>Reads crik's own environment, which the program inherits byte for byte.</summary>
internal static class EnvironmentBlock
{
    public static IReadOnlyList<string> Current { get; } = Read();

    public static IReadOnlyDictionary<string, string> AsDictionary()
    {
        Dictionary<string, string> variables = [];
        foreach (DictionaryEntry variable in Environment.GetEnvironmentVariables())
        {
            variables.Add((string)variable.Key, (string?)variable.Value ?? "");
        }

        return variables;
    }

    private static IReadOnlyList<string> Read()
    {
        List<string> entries = [];
        foreach (DictionaryEntry variable in Environment.GetEnvironmentVariables())
        {
            entries.Add($"{variable.Key}={variable.Value}");
        }

        return ByteStrings.ReadEnvironment(entries);
    }
}
