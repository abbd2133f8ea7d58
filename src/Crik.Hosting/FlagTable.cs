using System.CommandLine;
using System.Globalization;
using System.Net;

namespace Crik.Hosting;

/// <summary>
/// The options of a server, as flags and environment variables. A flag wins over its variable. System.CommandLine only parses
/// and prints help here. Its own signal handling is not used, because it would interrupt the orderly shutdown of the host.
/// </summary>
/// <param name="variablePrefix">What the variables begin with: `CRIK_SERVER_` makes `--max-wait` `CRIK_SERVER_MAX_WAIT`.</param>
public sealed class FlagTable(string description, string variablePrefix, Func<string, string?> environment)
{
    private readonly RootCommand _root = new(description);
    private readonly List<string> _problems = [];
    private readonly List<(Option Option, string Variable)> _variables = [];
    private ParseResult _result = null!;

    /// <summary>What is wrong with the values that were read so far.</summary>
    public IReadOnlyList<string> Problems => _problems;

    /// <summary>Every flag with its variable. The tests of the documentation need it.</summary>
    public IEnumerable<(string Flag, string Variable)> Known => _variables.Select(pair => (pair.Option.Name, pair.Variable));

    public Option<string> Text(string name, string description, object defaultText) =>
        Register(new Option<string>(name) { HelpName = "value" }, $"{description} [default: {defaultText}]");

    public Option<bool> Flag(string name, string description) => Register(new Option<bool>(name), description);

    /// <param name="item">What one value is called in the help.</param>
    public Option<string[]> List(string name, string description, string item) =>
        Register(new Option<string[]>(name) { HelpName = item, Arity = ArgumentArity.OneOrMore }, description);

    /// <returns>False after help, the version or a usage error was printed.</returns>
    /// <param name="exitCode">The exit code to use when the result is false.</param>
    public bool TryParse(string[] args, out int exitCode)
    {
        _result = _root.Parse([.. args.Select(WithTwoDashes)], new ParserConfiguration { EnablePosixBundling = false, ResponseFileTokenReplacer = null });
        exitCode = 0;
        if (_result.Action is null && _result.Errors.Count == 0)
        {
            return true;
        }

        exitCode = _result.Invoke() == 0 ? 0 : ServerExitCodes.Misconfigured;
        return false;
    }

    /// <summary>Adds a problem of the whole, such as two options that exclude each other.</summary>
    public void Refuse(string problem) => _problems.Add(problem);

    /// <returns>Null if neither the flag nor its variable has a value.</returns>
    public string? Value(Option<string> option) =>
        _result.GetValue(option) is { } given ? given : environment(Variable(option)) is { Length: > 0 } text ? text : null;

    /// <summary>The values of all flags of this name. Each, and the variable, may have several with commas between them.</summary>
    public string[] Values(Option<string[]> option)
    {
        string[] given = _result.GetValue(option) is { Length: > 0 } values ? values : [environment(Variable(option)) ?? ""];
        return [.. given.SelectMany(value => value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))];
    }

    public bool IsOn(Option<bool> option)
    {
        if (_result.GetResult(option) is { Implicit: false })
        {
            return _result.GetValue(option);
        }

        string? text = environment(Variable(option));
        if (string.IsNullOrEmpty(text) || bool.TryParse(text, out _))
        {
            return text is { Length: > 0 } && bool.Parse(text);
        }

        _problems.Add($"{Variable(option)}: must be true or false, not '{text}'");
        return false;
    }

    public int? NumberIfGiven(Option<string> option) => Value(option) is null ? null : Number(option, 0);

    public int Number(Option<string> option, int otherwise)
    {
        if (Value(option) is not { } text)
        {
            return otherwise;
        }

        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number))
        {
            return number;
        }

        _problems.Add($"{option.Name}: must be a number, not '{text}'");
        return otherwise;
    }

    public TimeSpan Time(Option<string> option, TimeSpan otherwise)
    {
        if (Value(option) is not { } text)
        {
            return otherwise;
        }

        if (Duration.TryParse(text, out TimeSpan time))
        {
            return time;
        }

        _problems.Add($"{option.Name}: {Duration.Form}, not '{text}'");
        return otherwise;
    }

    /// <returns>Null if no address is given, which means all addresses.</returns>
    public IPAddress? Address(Option<string> option)
    {
        if (Value(option) is not { } text || IPAddress.TryParse(text, out IPAddress? address))
        {
            return Value(option) is { } given ? IPAddress.Parse(given) : null;
        }

        _problems.Add($"{option.Name}: must be an IP address, not '{text}'");
        return null;
    }

    private T Register<T>(T option, string description)
        where T : Option
    {
        string variable = variablePrefix + option.Name[2..].ToUpperInvariant().Replace('-', '_');
        option.Description = $"{description} ({variable})";
        _variables.Add((option, variable));
        _root.Options.Add(option);
        return option;
    }

    /// <summary>Accepts `-port` for `--port`, as Go's flag package does, in which the original server is written.</summary>
    private string WithTwoDashes(string argument) =>
        argument.StartsWith('-') && _root.Options.Any(option => argument == option.Name[1..] || argument.StartsWith(option.Name[1..] + "=", StringComparison.Ordinal))
            ? "-" + argument
            : argument;

    private string Variable(Option option) => _variables.Find(pair => pair.Option == option).Variable;
}
