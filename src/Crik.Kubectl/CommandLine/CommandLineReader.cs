using System.CommandLine;
using System.CommandLine.Parsing;

namespace Crik.Kubectl.CommandLine;

/// <summary>Reads a command line with System.CommandLine, which only parses: help and version are plain commands and options.</summary>
internal static class CommandLineReader
{
    private const string Hint = "\nSee 'kubectl crik --help' for usage.";

    /// <exception cref="KubectlException">Something on the command line is wrong.</exception>
    public static Invocation Read(string[] arguments)
    {
        (Invocation invocation, ParseResult result) = Parse(arguments);
        return invocation.Has(CommandTable.ShowHelp) || arguments.Length == 0 || Problem(invocation, result) is not { } problem
            ? invocation
            : throw new KubectlException(problem + Hint);
    }

    /// <summary>Reads what is there of a command line that somebody is typing.</summary>
    public static Invocation ReadOptions(string[] arguments) => Parse(arguments).Invocation;

    private static (Invocation Invocation, ParseResult Result) Parse(string[] arguments)
    {
        RootCommand root = new();
        root.Options.Clear(); // the library's own help and version
        Dictionary<CommandOption, Option> options = [];
        Argument<string[]> words = new("words") { Arity = ArgumentArity.ZeroOrMore };
        foreach (CommandOption common in CommandTable.Common)
        {
            root.Options.Add(options[common] = Make(common, recursive: true));
        }

        foreach (CommandSpec spec in CommandTable.All)
        {
            Command command = new(spec.Name);
            command.Arguments.Add(words);
            foreach (CommandOption option in spec.Options)
            {
                command.Options.Add(options.TryGetValue(option, out Option? known) ? known : options[option] = Make(option, recursive: false));
            }

            root.Subcommands.Add(command);
        }

        ParseResult result = root.Parse(arguments, new ParserConfiguration { ResponseFileTokenReplacer = null });
        CommandSpec? chosen = CommandTable.Find(result.CommandResult.Command.Name);
        Dictionary<CommandOption, IReadOnlyList<string>> values = options
            .Where(pair => result.GetResult(pair.Value) is { Implicit: false })
            .ToDictionary(static pair => pair.Key, pair => (IReadOnlyList<string>)[.. result.GetResult(pair.Value)!.Tokens.Select(static token => token.Value)]);
        return (new Invocation(chosen, chosen is null ? [] : result.GetValue(words) ?? [], Enabled(values)), result);
    }

    private static Option Make(CommandOption option, bool recursive)
    {
        string[] aliases = option.Alias is null ? [] : [option.Alias];
        return option.Value is null ? new Option<bool>(option.Name, aliases) { Recursive = recursive }
            : option.Repeats ? new Option<string[]>(option.Name, aliases) { Recursive = recursive, AllowMultipleArgumentsPerToken = false }
            : new Option<string>(option.Name, aliases) { Recursive = recursive };
    }

    /// <summary>`--dry-run=false` is the same as no `--dry-run`.</summary>
    private static Dictionary<CommandOption, IReadOnlyList<string>> Enabled(Dictionary<CommandOption, IReadOnlyList<string>> values) =>
        values.Where(static pair => pair.Key.Value is not null || pair.Value is not ["false"]).ToDictionary();

    private static string? Problem(Invocation invocation, ParseResult result)
    {
        if (result.UnmatchedTokens.Concat(invocation.Words).FirstOrDefault(static word => word.StartsWith('-') && word.Length > 1) is { } option)
        {
            return $"unknown option '{option.Split('=')[0]}'";
        }

        if (invocation.Command is not { } command)
        {
            return result.UnmatchedTokens is [var unknown, ..] ? $"unknown command '{unknown}'" : "no command given";
        }

        if (result.Errors is [var error, ..])
        {
            return error.SymbolResult is OptionResult { Tokens.Count: 0 } missing ? $"{missing.Option.Name} needs a value"
                : error.SymbolResult is OptionResult many ? $"{many.Option.Name} is there more than once"
                : error.Message.TrimEnd('.');
        }

        foreach (CommandOption choice in command.Options.Where(static known => known.Choices.Count > 0))
        {
            if (invocation.Value(choice) is { } value && !choice.Choices.Contains(value))
            {
                return $"{choice.Name} must be one of {string.Join(", ", choice.Choices)}, not '{value}'";
            }
        }

        return invocation.Words.Count < command.FewestWords ? $"'kubectl crik {command.Name}' needs {string.Join(' ', command.Words)}"
            : invocation.Words.Count > command.Words.Length && !command.Words.Any(static word => word.Contains("...", StringComparison.Ordinal))
                ? $"unexpected word '{invocation.Words[command.Words.Length]}'"
            : null;
    }
}
