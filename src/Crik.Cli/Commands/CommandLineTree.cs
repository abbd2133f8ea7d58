using System.CommandLine;
using System.Globalization;
using Crik.Configuration;

namespace Crik.Commands;

/// <summary>
/// The System.CommandLine tree, for parsing alone. Help and version are plain options of ours and nothing is ever invoked:
/// the library's own actions would write through System.Console and take over signals, which PID 1 cannot have.
/// </summary>
internal sealed class CommandLineTree
{
    private readonly Option<bool> _help = new("--help", "-h") { Recursive = true, Arity = ArgumentArity.Zero };
    private readonly Option<bool> _version = new("--version") { Recursive = true, Arity = ArgumentArity.Zero };
    private readonly Option<bool> _debug = new("--debug") { Recursive = true, Arity = ArgumentArity.Zero };
    private readonly Option<string> _configPath = new("--config-path");
    private readonly Option<string> _imageDir = new("--image-dir");
    private readonly Option<string> _logFormat = new("--log-format");
    private readonly Option<string> _output = new("--output", "-o");
    private readonly Option<string> _keep = new("--keep");
    private readonly Argument<string?> _word = new("word") { Arity = ArgumentArity.ZeroOrOne };
    private readonly Command _run = new("run");
    private readonly Command _check = new("check");
    private readonly Command _list = new("list");
    private readonly Command _inspect = new("inspect");
    private readonly Command _prune = new("prune");
    private readonly Command _rollback = new("rollback");
    private readonly Command _status = new("status");
    private readonly Command _checkpoint = new("checkpoint");
    private readonly Option<bool> _leaveRunning = new("--leave-running") { Arity = ArgumentArity.Zero };
    private readonly Command _completion = new("completion");
    private readonly Command _root = new("crik");

    private CommandLineTree()
    {
        _root.Options.Add(_help);
        _root.Options.Add(_version);
        _root.Options.Add(_debug);
        Add(_run, _configPath, _imageDir, _logFormat);
        Add(_check, _configPath, _imageDir, _output);
        Add(_list, _configPath, _imageDir, _output);
        Add(_inspect, _configPath, _imageDir, _output);
        Add(_prune, _configPath, _imageDir, _keep);
        Add(_rollback, _configPath, _imageDir);
        Add(_status, _output);
        Add(_checkpoint, _leaveRunning);
        Add(_completion);
        _inspect.Arguments.Add(_word);
        _rollback.Arguments.Add(_word);
        _completion.Arguments.Add(_word);
    }

    private void Add(Command command, params ReadOnlySpan<Option> options)
    {
        foreach (Option option in options)
        {
            command.Options.Add(option);
        }

        _root.Subcommands.Add(command);
    }

    /// <param name="own">crik's words, without the program's.</param>
    public static CommandLineRequest Parse(string[] own, string[] command) => new CommandLineTree().Read(own, command);

    private CommandLineRequest Read(string[] own, string[] command)
    {
        // No bundling (-hd) and no @file: a path may begin with @.
        ParseResult result = _root.Parse(own, new ParserConfiguration { EnablePosixBundling = false, ResponseFileTokenReplacer = null });
        Command subcommand = result.CommandResult.Command;
        if (IsGiven(result, _help))
        {
            return new PrintRequest(HelpText.Of(subcommand.Name), ExitCodes.Success, ToStandardError: false);
        }

        if (IsGiven(result, _version))
        {
            return new PrintRequest($"crik {HelpText.Version}\n", ExitCodes.Success, ToStandardError: false);
        }

        string help = subcommand == _root ? "crik" : $"crik {subcommand.Name}";
        if (subcommand == _root && result.UnmatchedTokens.Count == 0)
        {
            return own.Length == 0 && command.Length == 0
                ? new PrintRequest(HelpText.Root, ExitCodes.Usage, ToStandardError: true)
                : CommandLine.UsageError("no subcommand given: write 'crik run -- command'", help);
        }

        if (Problem(result, subcommand) is { } problem)
        {
            return CommandLine.UsageError(problem, help);
        }

        if (ForgottenValue(result) is { } forgotten)
        {
            return CommandLine.UsageError($"{forgotten} needs a value", help);
        }

        return subcommand == _run ? Run(result, command)
            : subcommand == _completion ? Completion(result.GetValue(_word))
            : Tool(result, subcommand, help);
    }

    /// <summary>A flag that was not given has a result too, with its default.</summary>
    private static bool IsGiven(ParseResult result, Option<bool> flag) => result.GetResult(flag) is { Implicit: false };

    private string? Problem(ParseResult result, Command subcommand)
    {
        if (result.UnmatchedTokens is [{ } unknown, ..])
        {
            return unknown.StartsWith('-') ? UnknownOption(unknown, subcommand)
                : subcommand == _root ? $"unknown subcommand '{unknown}'{NearestName.Hint(unknown, _root.Subcommands.Select(known => known.Name))}"
                : $"unexpected word '{unknown}'";
        }

        return result.Errors is [{ } error, ..] ? error.Message.TrimEnd('.') : null;
    }

    private string UnknownOption(string unknown, Command subcommand)
    {
        string name = unknown.Split('=')[0];
        if (_run.Options.Any(option => option.Name == name))
        {
            return $"{name} belongs behind 'run': crik run {name} … -- command";
        }

        IEnumerable<string> known = _root.Options.Concat(subcommand.Options).Select(option => option.Name);
        return $"unknown option '{name}'{NearestName.Hint(name, known)}";
    }

    private CommandLineRequest Run(ParseResult result, string[] command)
    {
        if (command is [] or ["", ..])
        {
            return CommandLine.UsageError("no command to run: write 'crik run -- command'", "crik run");
        }

        return new RunRequest(Overrides(result), command);
    }

    private CommandLineRequest Tool(ParseResult result, Command subcommand, string help)
    {
        CommandLineOverrides overrides = Overrides(result);
        string? word = result.GetValue(_word);
        if (subcommand == _prune)
        {
            string? keep = result.GetValue(_keep);
            return keep is null ? new PruneRequest(overrides, null)
                : Number(keep) is { } count and <= CrikOptions.MaxKeep ? new PruneRequest(overrides, count)
                : CommandLine.UsageError($"--keep must be between 1 and {CrikOptions.MaxKeep}, not '{keep}'", help);
        }

        if (subcommand == _rollback)
        {
            return Number(word) is { } generation ? new RollbackRequest(overrides, generation)
                : CommandLine.UsageError(word is null ? "no checkpoint given: write its number, as 'crik list' shows it" : $"'{word}' is no checkpoint's number", help);
        }

        if (subcommand == _checkpoint)
        {
            return new CheckpointOrder(overrides, IsGiven(result, _leaveRunning));
        }

        string form = result.GetValue(_output) ?? "table";
        if (subcommand == _check && form is "table" or "json")
        {
            return new CheckRequest(overrides, form == "json" ? OutputForm.Json : OutputForm.Table);
        }

        if (subcommand == _status && form is "table" or "json")
        {
            return new StatusRequest(overrides, form == "json" ? OutputForm.Json : OutputForm.Table);
        }

        return (subcommand == _inspect, form) switch
        {
            (true, "table") => new InspectRequest(overrides, word, OutputForm.Table),
            (true, "tree") => new InspectRequest(overrides, word, OutputForm.Tree),
            (true, "json") => new InspectRequest(overrides, word, OutputForm.Json),
            (false, "table") => new ListRequest(overrides, OutputForm.Table),
            (false, "json") => new ListRequest(overrides, OutputForm.Json),
            (bool hasTree, _) => CommandLine.UsageError($"unknown output '{form}': table{(hasTree ? ", tree" : "")} or json", help),
        };
    }

    private CommandLineOverrides Overrides(ParseResult result) => new()
    {
        ConfigPath = result.GetValue(_configPath),
        ImageDir = result.GetValue(_imageDir),
        LogFormat = result.GetValue(_logFormat),
        Debug = IsGiven(result, _debug),
    };

    private static int? Number(string? text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number > 0 ? number : null;

    /// <summary>The library takes the next option for the value that was forgotten.</summary>
    private string? ForgottenValue(ParseResult result)
    {
        Option<string>[] withValue = [_configPath, _imageDir, _logFormat, _output, _keep];
        return Array.Find(withValue, option => result.GetValue(option) is ['-', ..])?.Name;
    }

    private static PrintRequest Completion(string? shell) =>
        CompletionScripts.Find(shell) is { } script ? new PrintRequest(script, ExitCodes.Success, ToStandardError: false)
        : CommandLine.UsageError($"{(shell is null ? "no shell given" : $"unknown shell '{shell}'")}: bash, zsh or fish", "crik completion");
}
