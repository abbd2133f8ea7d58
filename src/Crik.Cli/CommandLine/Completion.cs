namespace Crik.CommandLine;

/// <summary>Says what can follow on a command line that somebody is typing. The completion scripts ask for it.</summary>
internal static class Completion
{
    /// <summary>First argument of the crik that a script asks. It is not for people.</summary>
    public const string Stage = "__complete";

    public const string Words = "words", Files = "files", Directories = "directories", Program = "program", Nothing = "nothing";

    /// <param name="words">The words after <c>crik</c>, up to the one that is being typed, which may be empty.</param>
    /// <returns>
    /// A line with what can follow. For <see cref="Words"/> each further line is a word and, after a colon, what it means;
    /// <see cref="Program"/> has the place of the program's first word.
    /// </returns>
    public static string Answer(ReadOnlySpan<string> words)
    {
        CommandSpec? command = null;
        CommandOption? waiting = null; // the option whose value comes next
        for (int i = 0; i < words.Length - 1; i++)
        {
            string word = words[i];
            if (waiting is not null)
            {
                waiting = null;
            }
            else if (command?.Name == CommandTable.Run && (word == "--" || !word.StartsWith('-')))
            {
                return $"{Program} {(word == "--" ? i + 2 : i + 1)}\n";
            }
            else if (word.StartsWith('-'))
            {
                waiting = command?.Options.FirstOrDefault(option => option.Value is not null && (option.Name == word || option.Alias == word));
            }
            else
            {
                command ??= CommandTable.Find(word);
            }
        }

        bool startsOption = words is [.., ['-', ..]];
        return waiting is not null ? OfValue(waiting.Value!)
            : !startsOption && command is null or { Word: CommandTable.CommandWord } ? $"{Words}\n{string.Concat(CommandTable.All.Select(known => $"{known.Name}:{known.Summary}\n"))}"
            : command?.Word is null || startsOption
                ? $"{Words}\n{string.Concat((command?.Options ?? []).Concat(CommandTable.Common).Select(option => $"{option.Name}:{option.Description}\n"))}"
            : command.Name == CommandTable.Run ? $"{Program} {words.Length}\n"
            : OfValue(command.Word);
    }

    /// <param name="value">What the help calls it.</param>
    private static string OfValue(string value) =>
        value == "FILE" ? $"{Files}\n"
        : value.Contains("DIR", StringComparison.Ordinal) ? $"{Directories}\n"
        : value.Contains('|') ? $"{Words}\n{value.Replace('|', '\n')}\n"
        : $"{Nothing}\n";
}
