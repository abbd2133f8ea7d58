using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Crik.Configuration;

/// <summary>
/// Reads the configuration file: one flat YAML mapping. It goes by the parser's events instead of a deserialiser. So every problem has
/// its line, nothing needs reflection, and a document that is deep or refers to itself costs nothing.
/// </summary>
internal sealed class CrikOptionsFile(string path, string text, Settings settings)
{
    public const string DefaultPath = "/etc/crik/config.yaml";

    /// <summary>The scanner's time grows with the square of the depth: 1 MiB of brackets would keep it busy for minutes.</summary>
    private const int MaxDepth = 16;

    private readonly Parser _parser = new(new StringReader(text));
    private readonly Dictionary<string, long> _lines = []; // key -> the line that sets it

    /// <summary>The event to look at next; MoveNext passes over it.</summary>
    private ParsingEvent Current =>
        _parser.Current ?? (_parser.MoveNext() ? _parser.Current : null) ?? throw new InvalidDataException("is not valid YAML: it ends too early");

    /// <param name="isRequired">Whether somebody named the file: then it has to be there.</param>
    public static Settings Read(string path, bool isRequired)
    {
        Settings settings = new();
        if (ConfigurationText.Read(path, isRequired, settings.Refuse) is { } text)
        {
            new CrikOptionsFile(path, text, settings).ReadStream();
        }

        return settings;
    }

    private void ReadStream()
    {
        try
        {
            _parser.Consume<StreamStart>();
            if (Current is StreamEnd)
            {
                return;
            }

            _parser.Consume<DocumentStart>();
            ReadRoot();
            _parser.Consume<DocumentEnd>();
            if (Current is DocumentStart second)
            {
                Refuse(second.Start.Line, "a second document begins here; the file must be one YAML document");
            }
        }
        catch (InvalidDataException exception)
        {
            Refuse(_parser.Current?.Start.Line ?? 1, exception.Message);
        }
        catch (YamlException exception)
        {
            Refuse(exception.Start.Line, $"is not valid YAML: {exception.Message}");
        }
        catch (Exception exception) when (exception is InvalidOperationException or ArgumentException) // such as a tag that is no URI
        {
            Refuse(_parser.Current?.Start.Line ?? 1, "is not valid YAML: crik cannot read what is written here");
        }
    }

    private void ReadRoot()
    {
        if (Current is MappingStart)
        {
            ReadMapping("");
        }
        else if (IsNull(Current))
        {
            _parser.MoveNext(); // there are only comments
        }
        else
        {
            Refuse(Current.Start.Line, "must be a mapping with one 'key: value' a line");
            Skip();
        }
    }

    /// <param name="group">What the keys of an inner mapping begin with, such as <c>hooks.</c></param>
    private void ReadMapping(string group)
    {
        RefuseDecoration((NodeEvent)Current);
        _parser.MoveNext();
        while (Current is not MappingEnd && !settings.IsFull)
        {
            ReadEntry(group);
        }

        _parser.MoveNext();
    }

    private void ReadEntry(string group)
    {
        long line = Current.Start.Line;
        if (Current is not Scalar scalar || IsNull(scalar))
        {
            Refuse(line, "a key must be plain text");
            Skip();
            Skip();
            return;
        }

        _parser.MoveNext();
        string name = group + scalar.Value;
        bool isPlain = RefuseDecoration(scalar);
        OptionKey? key = OptionKeys.Find(name);
        if (!_lines.TryAdd(name, line))
        {
            Refuse(line, $"{name}: is already set in line {_lines[name]}");
        }
        else if (Current is MappingStart && OptionKeys.Names.Any(known => known.StartsWith($"{name}.", StringComparison.Ordinal)))
        {
            ReadMapping($"{name}.");
            return;
        }
        else if (key is null)
        {
            Refuse(line, $"{name}: unknown key{NearestName.Hint(name, OptionKeys.Names)}");
        }
        else if (isPlain && IsNull(Current))
        {
            Refuse(line, $"{name}: has no value; leave the line out for the default");
        }
        else if (isPlain && key.IsList && Current is not SequenceStart)
        {
            Refuse(line, $"{name}: must be a list, one '- {(key.Kind == OptionKind.PathList ? "/path" : key.Choices[0])}' a line");
        }
        else if (isPlain)
        {
            ReadValue(key, line);
            return;
        }

        Skip();
    }

    private void ReadValue(OptionKey key, long line)
    {
        string problem = !key.IsList ? "must be a single value, not a list or a mapping"
            : key.Kind == OptionKind.PathList ? "must be a list of paths"
            : $"must be a list of {string.Join(" or ", key.Choices)}";
        List<string> values = [];
        if (!key.IsList)
        {
            ReadScalar(key, problem, values);
        }
        else
        {
            RefuseDecoration((NodeEvent)Current, $"{key.Name}: ");
            _parser.MoveNext();
            while (Current is not SequenceEnd)
            {
                ReadScalar(key, problem, values);
            }

            _parser.MoveNext();
        }

        if (key.IsList || values.Count > 0)
        {
            settings.Add(key, values, $"{path}:{line}: {key.Name}");
        }
    }

    private void ReadScalar(OptionKey key, string problem, List<string> values)
    {
        if (Current is Scalar scalar)
        {
            _parser.MoveNext();
            if (RefuseDecoration(scalar, $"{key.Name}: "))
            {
                values.Add(scalar.Value);
            }

            return;
        }

        Refuse(Current.Start.Line, $"{key.Name}: {(Current is AnchorAlias alias ? $"aliases (*{alias.Value}) are not supported" : problem)}");
        Skip();
    }

    /// <returns><see langword="false"/> when the node carries an anchor or a tag, which a flat file has no use for.</returns>
    private bool RefuseDecoration(NodeEvent node, string label = "")
    {
        if (node.Anchor.IsEmpty && node.Tag.IsEmpty)
        {
            return true;
        }

        Refuse(node.Start.Line, $"{label}{(node.Anchor.IsEmpty ? "tags" : $"anchors (&{node.Anchor.Value})")} are not supported");
        return false;
    }

    private static bool IsNull(ParsingEvent node) =>
        node is Scalar { Style: ScalarStyle.Plain, Value: "" or "~" or "null" or "Null" or "NULL", Anchor.IsEmpty: true, Tag.IsEmpty: true };

    /// <summary>Passes over one node and what is in it.</summary>
    /// <exception cref="InvalidDataException">It is too deep to read on.</exception>
    private void Skip()
    {
        int depth = 0;
        do
        {
            if (depth > MaxDepth)
            {
                throw new InvalidDataException("is nested too deeply; the file is one mapping of keys to values");
            }

            depth += _parser.Consume<ParsingEvent>().NestingIncrease;
        }
        while (depth > 0);
    }

    private void Refuse(long line, string problem) => settings.Refuse($"{path}:{Math.Max(1, line)}: {problem}");
}
