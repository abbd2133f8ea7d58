using System.Collections;

namespace Crik.Init;

/// <summary>Reads crik's own environment, which the program inherits byte for byte.</summary>
internal static class EnvironmentBlock
{
    public static IReadOnlyList<string> Current { get; } =
        ByteStrings.ReadEnvironment([.. AsDictionary().Select(variable => $"{variable.Key}={variable.Value}")]);

    public static IReadOnlyDictionary<string, string> AsDictionary()
    {
        Dictionary<string, string> variables = [];
        foreach (DictionaryEntry variable in Environment.GetEnvironmentVariables())
        {
            variables.Add((string)variable.Key, (string?)variable.Value ?? "");
        }

        return variables;
    }
}
