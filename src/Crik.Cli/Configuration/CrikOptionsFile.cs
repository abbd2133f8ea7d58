using System.Text;
using Crik.Linux;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Crik.Configuration;

/// <summary>
/// The configuration file: one flat YAML mapping. It goes by the parser's events, not by a deserialiser, so that every
/// problem has its line, nothing needs reflection, and a deep or self-referring document costs nothing.
/// </summary>
internal sealed class CrikOptionsFile
{
    public const string DefaultPath = "/etc/crik/config.yaml";

    private const int MaxBytes = 1 << 20;

    /// <summary>The scanner's time grows with the square of the depth: 1 MiB of brackets would keep it busy for minutes.</summary>
    private const int MaxDepth = 16;

    private readonly string _path;
    private readonly Parser _parser;
    private readonly Settings _settings;
    private readonly Dictionary<string, long> _lines = []; // key -> where it was first seen

    private CrikOptionsFile(string path, string text, Settings settings)
    {
        _path = path;
        _parser = new Parser(new StringReader(text));
        _settings = settings;
    }

    /// <param name="isRequired">Whether somebody named the file: then it has to be there.</param>
    public static Settings Read(string path, bool isRequired)
    {
        Settings settings = new();
        if (ReadText(path, isRequired, settings) is { } text && !RefuseTabs(path, text, settings))
        {
            new CrikOptionsFile(path, text, settings).ReadStream();
        }

        return settings;
    }

    private static string? ReadText(string path, bool isRequired, Settings settings)
    {
        try
        {
            if (Libc.IsMissing(path))
            {
                return Missing(); // the usual case: asked first, for an exception costs a start of crik 0.3 ms
            }

            if (Directory.Exists(path))
            {
                settings.Refuse($"{path}: is a directory, not a file");
                return null;
            }

            using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
            byte[] bytes = new byte[MaxBytes + 1];
            int length = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            return length <= MaxBytes ? Decode(path, bytes.AsSpan(0, length), settings) : Refuse("is larger than 1 MiB");
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return Missing();
        }
        catch (UnauthorizedAccessException)
        {
            return Refuse("cannot be read: permission denied");
        }
        catch (Exception exception) when (exception is IOException or ArgumentException or NotSupportedException)
        {
            return Refuse($"cannot be read: {exception.Message}");
        }

        // A link to nowhere is a broken mount, not a missing file: the defaults would run without checkpoints, unnoticed.
        string? Missing() =>
            new FileInfo(path).LinkTarget is { } target ? Refuse($"is a link to '{target}', which does not exist")
            : isRequired ? Refuse("no such file")
            : null;

        string? Refuse(string problem)
        {
            settings.Refuse($"{path}: {problem}");
            return null;
        }
    }

    private static string? Decode(string path, ReadOnlySpan<byte> bytes, Settings settings)
    {
        if (bytes.StartsWith(Encoding.UTF8.Preamble))
        {
            bytes = bytes[Encoding.UTF8.Preamble.Length..];
        }

        // The YAML scanner takes a NUL for the end of the file: what comes after it would be ignored in silence.
        int nul = bytes.IndexOf((byte)0);
        try
        {
            if (nul < 0)
            {
                return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes);
            }

            settings.Refuse($"{path}:{LineAt(bytes, nul)}: contains a NUL byte: the file must be UTF-8 text");
        }
        catch (DecoderFallbackException exception)
        {
            settings.Refuse($"{path}:{LineAt(bytes, exception.Index)}: is not valid UTF-8");
        }

        return null;
    }

    private static int LineAt(ReadOnlySpan<byte> bytes, int index) => bytes[..Math.Clamp(index, 0, bytes.Length)].Count((byte)'\n') + 1;

    /// <summary>YAML indents with spaces. The parser takes some tabs in silence and reports others at a line further up.</summary>
    private static bool RefuseTabs(string path, string text, Settings settings)
    {
        bool found = false;
        int number = 0;
        foreach (ReadOnlySpan<char> line in text.AsSpan().EnumerateLines())
        {
            number++;
            ReadOnlySpan<char> content = line.TrimStart(" \t");
            if (line[..^content.Length].Contains('\t') && !settings.IsFull)
            {
                settings.Refuse($"{path}:{number}: is indented with a tab; YAML wants spaces");
                found = true;
            }
        }

        return found;
    }

    /// <summary>The event to look at next; MoveNext passes over it.</summary>
    private ParsingEvent Current =>
        _parser.Current ?? (_parser.MoveNext() ? _parser.Current : null) ?? throw new InvalidOperationException("it ends too early");

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
            Refuse(_parser.Current?.Start.Line ?? 1, $"is not valid YAML: {exception.Message}");
        }
    }

    private void ReadRoot()
    {
        if (Current is Scalar scalar && IsNull(scalar))
        {
            _parser.MoveNext(); // nothing but comments
            return;
        }

        if (Current is not MappingStart root)
        {
            Refuse(Current.Start.Line, "must be a mapping with one 'key: value' a line");
            Skip();
            return;
        }

        RefuseDecoration(root, key: null);
        _parser.MoveNext();
        while (Current is not MappingEnd)
        {
            if (_settings.IsFull)
            {
                return;
            }

            ReadEntry();
        }

        _parser.MoveNext();
    }

    /// <param name="group">What the keys of a mapping within begin with, such as <c>hooks.</c></param>
    private void ReadEntry(string group = "")
    {
        if (Current is not Scalar scalar || IsNull(scalar))
        {
            Refuse(Current.Start.Line, "a key must be plain text");
            Skip();
            Skip();
            return;
        }

        _parser.MoveNext();
        string name = group + scalar.Value;
        long line = scalar.Start.Line;
        bool isPlain = RefuseDecoration(scalar, key: null);
        if (!_lines.TryAdd(name, line))
        {
            Refuse(line, $"{name}: is already set in line {_lines[name]}");
            Skip();
        }
        else if (Current is MappingStart && OptionKeys.Names.Any(key => key.StartsWith($"{name}.", StringComparison.Ordinal)))
        {
            ReadGroup($"{name}.");
        }
        else if (OptionKeys.Find(name) is not { } key)
        {
            Refuse(line, $"{name}: unknown key{NearestName.Hint(name, OptionKeys.Names)}");
            Skip();
        }
        else if (isPlain)
        {
            ReadValue(key, line);
        }
        else
        {
            Skip();
        }
    }

    private void ReadGroup(string group)
    {
        RefuseDecoration((MappingStart)Current, key: null);
        _parser.MoveNext();
        while (Current is not MappingEnd && !_settings.IsFull)
        {
            ReadEntry(group);
        }

        _parser.MoveNext();
    }

    private void ReadValue(OptionKey key, long line)
    {
        if (Current is Scalar scalar && IsNull(scalar))
        {
            Refuse(line, $"{key.Name}: has no value; leave the line out for the default");
            Skip();
        }
        else if (key.IsList)
        {
            ReadList(key, line);
        }
        else if (ReadScalar(key, "must be a single value, not a list or a mapping") is { } text)
        {
            _settings.Add(key, [text], $"{_path}:{line}: {key.Name}");
        }
    }

    private void ReadList(OptionKey key, long line)
    {
        if (Current is not SequenceStart start)
        {
            Refuse(line, $"{key.Name}: must be a list, one '- {(key.Kind == OptionKind.PathList ? "/path" : key.Choices[0])}' a line");
            Skip();
            return;
        }

        RefuseDecoration(start, key);
        _parser.MoveNext();
        List<string> values = [];
        while (Current is not SequenceEnd)
        {
            if (ReadScalar(key, key.Kind == OptionKind.PathList ? "must be a list of paths" : $"must be a list of {string.Join(" or ", key.Choices)}") is { } text)
            {
                values.Add(text);
            }
        }

        _parser.MoveNext();

        _settings.Add(key, values, $"{_path}:{line}: {key.Name}");
    }

    private string? ReadScalar(OptionKey key, string problem)
    {
        if (Current is not Scalar scalar)
        {
            if (!RefuseAlias(key))
            {
                Refuse(Current.Start.Line, $"{key.Name}: {problem}");
            }

            Skip();
            return null;
        }

        _parser.MoveNext();
        return RefuseDecoration(scalar, key) ? scalar.Value : null;
    }

    private bool RefuseAlias(OptionKey key)
    {
        if (Current is not AnchorAlias alias)
        {
            return false;
        }

        Refuse(alias.Start.Line, $"{key.Name}: aliases (*{alias.Value}) are not supported");
        return true;
    }

    /// <returns><see langword="false"/> when the node carries an anchor or a tag, which a flat file has no use for.</returns>
    private bool RefuseDecoration(NodeEvent node, OptionKey? key)
    {
        if (node.Anchor.IsEmpty && node.Tag.IsEmpty)
        {
            return true;
        }

        string what = node.Anchor.IsEmpty ? "tags" : $"anchors (&{node.Anchor.Value})";
        Refuse(node.Start.Line, $"{(key is null ? "" : key.Name + ": ")}{what} are not supported");
        return false;
    }

    private static bool IsNull(Scalar scalar) =>
        scalar is { Style: ScalarStyle.Plain, Value: "" or "~" or "null" or "Null" or "NULL" }
        && scalar.Anchor.IsEmpty && scalar.Tag.IsEmpty;

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

    private void Refuse(long line, string problem)
    {
        if (!_settings.IsFull)
        {
            _settings.Refuse($"{_path}:{Math.Max(1, line)}: {problem}");
        }
    }
}
