using System.CommandLine;
using System.CommandLine.Parsing;
using Crik.Configuration;

namespace Crik.CommandLine;

/// <summary>
/// Reads a command line with System.CommandLine. The library only parses: help and version are plain options of ours and nothing is
/// ever invoked, because its own actions would write through System.Console and take over signals, which PID 1 cannot have.
/// </summary>
internal sealed class CommandLineTree
{
    private static readonly PrintRequest s_version = new($"crik {CrikVersion.WithCommit}\n");

    private readonly RootCommand _root = new();
    private readonly Argument<string?> _word = new("word") { Arity = ArgumentArity.ZeroOrOne };
    private readonly Dictionary<string, Option> _options = [];
    private readonly ParseResult _result;

    /// <summary>The command that is meant; null when none was named.</summary>
    private readonly CommandSpec? _command;

    private CommandLineTree(string[] own)
    {
        _root.Options.Clear(); // the library's own help and version
        AddOptions(_root, CommandTable.Common);
        foreach (CommandSpec spec in CommandTable.All)
        {
            Command command = new(spec.Name);
            AddOptions(command, spec.Options);
            if (spec is { Word: not null, Name: not CommandTable.Run })
            {
                command.Arguments.Add(_word);
            }

            _root.Subcommands.Add(command);
        }

        // No bundling (-hd) and no @file: a path may begin with @.
        _result = _root.Parse(own, new ParserConfiguration { EnablePosixBundling = false, ResponseFileTokenReplacer = null });
        _command = CommandTable.Find(_result.CommandResult.Command.Name);
    }

    private string Name => _command is null ? "crik" : $"crik {_command.Name}";

    private CommandLineOverrides Overrides => new(
        Value(CommandTable.ConfigPath), Value(CommandTable.ImageDir), Value(CommandTable.LogFormat), IsGiven(CommandTable.Debug));

    /// <param name="own">crik's words, without the program's.</param>
    public static CommandLineRequest Parse(string[] own, string[] program)
    {
        CommandLineTree tree = new(own);
        return tree.IsGiven(CommandTable.Help) ? Help(tree._command)
            : tree.IsGiven(CommandTable.Version) ? s_version
            : own.Length == 0 && program.Length == 0 ? new PrintRequest(HelpText.Root, FailureKind.Usage)
            : tree.Problem() is { } problem ? tree.Refuse(problem)
            : tree.Request(program);
    }

    private static PrintRequest Help(CommandSpec? command) => new(command is null ? HelpText.Root : HelpText.Of(command));

    private void AddOptions(Command command, IReadOnlyList<CommandOption> options)
    {
        foreach (CommandOption option in options)
        {
            if (!_options.TryGetValue(option.Name, out Option? known))
            {
                string[] aliases = option.Alias is null ? [] : [option.Alias];
                known = option.Value is null
                    ? new Option<bool>(option.Name, aliases) { Recursive = command == _root, Arity = ArgumentArity.Zero }
                    : new Option<string>(option.Name, aliases);
                _options.Add(option.Name, known);
            }

            command.Options.Add(known);
        }
    }

    /// <summary>A flag that was not given has a result too, with its default.</summary>
    private bool IsGiven(CommandOption flag) => _result.GetResult(_options[flag.Name]) is { Implicit: false };

    private string? Value(CommandOption option) => _result.GetValue((Option<string>)_options[option.Name]);

    private PrintRequest Refuse(string problem) =>
        new($"crik: {problem}\nTry '{Name} --help' for more information.\n", FailureKind.Usage, IsProblem: true);

    private string? Problem()
    {
        if (_result.GetValue(_word) is ['-', ..] option) // the library takes an unknown option for the word
        {
            return UnknownOption(option.Split('=')[0]);
        }

        if (_result.UnmatchedTokens is [{ } unknown, ..])
        {
            return unknown.StartsWith('-') ? UnknownOption(unknown.Split('=')[0])
                : _command is not null ? $"unexpected word '{unknown}'"
                : UnknownCommand(unknown);
        }

        if (_command is null)
        {
            return "no subcommand given: write 'crik run -- command'";
        }

        // The library takes the next option for the value that was forgotten.
        return _result.Errors is [{ } error, ..] ? Reason(error)
            : _result.GetValue(_word) is "" ? $"the word after '{_command.Name}' is empty"
            : _command.Options.FirstOrDefault(known => known.Value is not null && Value(known) is ['-', ..]) is { } forgotten ? $"{forgotten.Name} needs a value"
            : null;
    }

    private static string Reason(ParseError error) =>
        error.SymbolResult is not OptionResult option ? error.Message.TrimEnd('.')
        : option.Tokens.Count == 0 ? $"{option.Option.Name} needs a value"
        : $"{option.Option.Name} is there more than once";

    private static string UnknownCommand(string name) =>
        $"unknown subcommand '{name}'{NearestName.Hint(name, CommandTable.All.Select(known => known.Name))}";

    private string UnknownOption(string name) =>
        _command is { Name: not CommandTable.Run } && _command.Options.Any(option => option.Name == name)
            ? $"{name} belongs behind '{_command.Name}': {Name} {name} …"
        : CommandTable.Find(CommandTable.Run)!.Options.Any(option => option.Name == name)
            ? $"{name} belongs behind 'run': crik run {name} … -- command"
            : $"unknown option '{name}'{NearestName.Hint(name, CommandTable.Common.Concat(_command?.Options ?? []).Select(known => known.Name))}";

    private CommandLineRequest Request(string[] program)
    {
        string? slot = _command!.Options.Contains(CommandTable.Slot) ? Value(CommandTable.Slot) : null;
        return slot is null ? RequestWithoutSlot(program)
            : SlotNumber(slot) is not { } number ? Refuse($"--slot must be between 0 and {CrikOptions.MostSlots - 1}, not '{slot}'")
            : RequestWithoutSlot(program) is ToolRequest tool ? tool with { Slot = number }
            : RequestWithoutSlot(program);
    }

    private CommandLineRequest RequestWithoutSlot(string[] program)
    {
        string? word = _result.GetValue(_word);
        switch (_command!.Name)
        {
            case CommandTable.Run:
                return program is [] or ["", ..] ? Refuse("no command to run: write 'crik run -- command'") : new RunRequest(Overrides, program);
            case CommandTable.Completion:
                return CompletionScripts.Find(word) is { } script ? new PrintRequest(script)
                    : Refuse($"{(word is null ? "no shell given" : $"unknown shell '{word}'")}: bash, zsh or fish");
            case CommandTable.ShowVersion:
                return s_version;
            case CommandTable.ShowHelp:
                return word is null || CommandTable.Find(word) is not null ? Help(word is null ? null : CommandTable.Find(word)) : Refuse(UnknownCommand(word));
            case CommandTable.Prune:
                string? keep = Value(CommandTable.Keep);
                bool dryRun = IsGiven(CommandTable.DryRun);
                return keep is null ? new PruneRequest(Overrides, null, dryRun)
                    : Number(keep) is { } count and <= CrikOptions.MaxKeep ? new PruneRequest(Overrides, count, dryRun)
                    : Refuse($"--keep must be between 1 and {CrikOptions.MaxKeep}, not '{keep}'");
            case CommandTable.Rollback:
                return Number(word) is { } generation ? new RollbackRequest(Overrides, generation)
                    : Refuse(word is null ? "no checkpoint given: write its number, as 'crik list' shows it" : $"'{word}' is no checkpoint's number");
            case CommandTable.Install:
                return word is null ? Refuse("no directory given: write where the bundle should be copied") : new InstallRequest(word);
            case CommandTable.Checkpoint:
                return CheckpointRequest();
            case CommandTable.Status when IsGiven(CommandTable.Ready):
                return Value(CommandTable.Output) is null ? new ReadyRequest() : Refuse("--ready prints nothing: leave out --output");
            default:
                return WithOutput(word);
        }
    }

    private CommandLineRequest CheckpointRequest() =>
        (IsGiven(CommandTable.AtTermination), IsGiven(CommandTable.LeaveRunning), IsGiven(CommandTable.Undo)) switch
        {
            (true, true, _) => Refuse("--leave-running: the program ends at SIGTERM, so leave out --at-termination or this option"),
            (true, _, var isUndone) => new TerminationOrder(isUndone),
            (false, _, true) => Refuse("--undo takes back what --at-termination ordered: write both"),
            (false, var runsOn, _) => new CheckpointOrder(runsOn),
        };

    private CommandLineRequest WithOutput(string? word)
    {
        IReadOnlyList<string> known = _command!.Options.FirstOrDefault(option => option.Name == CommandTable.Output.Name)!.Choices;
        string form = Value(CommandTable.Output) ?? "table";
        if (!known.Contains(form))
        {
            return Refuse($"unknown output '{form}': {string.Join(", ", known.Take(known.Count - 1))} or {known[^1]}");
        }

        OutputForm output = form switch { "json" => OutputForm.Json, "yaml" => OutputForm.Yaml, "tree" => OutputForm.Tree, "prometheus" => OutputForm.Prometheus, _ => OutputForm.Table };
        return _command.Name switch
        {
            CommandTable.Check => new CheckRequest(Overrides, output),
            CommandTable.Status => new StatusRequest(output),
            CommandTable.List => new ListRequest(Overrides, output),
            _ => new InspectRequest(Overrides, word, output),
        };
    }

    private static int? SlotNumber(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number < CrikOptions.MostSlots ? number : null;

    private static int? Number(string? text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number > 0 ? number : null;
}
