using System.CommandLine;
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
    private readonly Argument<string?> _shell = new("shell") { Arity = ArgumentArity.ZeroOrOne };
    private readonly Command _run = new("run");
    private readonly Command _completion = new("completion");
    private readonly Command _root = new("crik");

    private CommandLineTree()
    {
        _run.Options.Add(_configPath);
        _run.Options.Add(_imageDir);
        _run.Options.Add(_logFormat);
        _completion.Arguments.Add(_shell);
        _root.Options.Add(_help);
        _root.Options.Add(_version);
        _root.Options.Add(_debug);
        _root.Subcommands.Add(_run);
        _root.Subcommands.Add(_completion);
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
            string text = subcommand == _run ? HelpText.Run() : subcommand == _completion ? HelpText.Completion : HelpText.Root;
            return new PrintRequest(text, ExitCodes.Success, ToStandardError: false);
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

        return subcommand == _run ? Run(result, command) : Completion(result.GetValue(_shell));
    }

    /// <summary>A flag that was not given has a result too, with its default.</summary>
    private static bool IsGiven(ParseResult result, Option<bool> flag) => result.GetResult(flag) is { Implicit: false };

    private string? Problem(ParseResult result, Command subcommand)
    {
        if (result.UnmatchedTokens is [{ } unknown, ..])
        {
            return unknown.StartsWith('-') ? UnknownOption(unknown, subcommand)
                : subcommand == _root ? $"unknown subcommand '{unknown}'{NearestName.Hint(unknown, ["run", "completion"])}"
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
        // The library takes the next option for the value that was forgotten.
        Option<string>[] withValue = [_configPath, _imageDir, _logFormat];
        if (Array.Find(withValue, option => result.GetValue(option) is ['-', ..]) is { } forgotten)
        {
            return CommandLine.UsageError($"{forgotten.Name} needs a value", "crik run");
        }

        if (command is [] or ["", ..])
        {
            return CommandLine.UsageError("no command to run: write 'crik run -- command'", "crik run");
        }

        CommandLineOverrides overrides = new()
        {
            ConfigPath = result.GetValue(_configPath),
            ImageDir = result.GetValue(_imageDir),
            LogFormat = result.GetValue(_logFormat),
            Debug = IsGiven(result, _debug),
        };
        return new RunRequest(overrides, command);
    }

    private static PrintRequest Completion(string? shell) =>
        CompletionScripts.Find(shell) is { } script ? new PrintRequest(script, ExitCodes.Success, ToStandardError: false)
        : CommandLine.UsageError($"{(shell is null ? "no shell given" : $"unknown shell '{shell}'")}: bash, zsh or fish", "crik completion");
}
