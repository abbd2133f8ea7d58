using System.Text.Json.Nodes;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Crik.Kubectl.Yaml;

/// <summary>Reads one YAML document, and remembers where each value is.</summary>
internal sealed class YamlReader
{
    /// <summary>How deep values may be inside of each other, and how many an alias may stand for: a text must not fill the memory.</summary>
    private const int Deepest = 100, MostParts = 1_000_000;

    private readonly Dictionary<string, YamlPart> _anchors = [];
    private readonly IParser _parser;
    private readonly string _text;
    private long _parts;

    private YamlReader(string text) => (_text, _parser) = (text, new Parser(new StringReader(text)));

    /// <exception cref="YamlProblemException">The text is not YAML, or has more than one document.</exception>
    public static YamlText Read(string text)
    {
        try
        {
            return new YamlText(text, new YamlReader(text).Document());
        }
        catch (YamlException exception)
        {
            throw Problem(text, exception.Start.Line, $"this is not valid YAML: {exception.Message}", exception);
        }
        catch (YamlProblemException exception) when (text.Contains("{{", StringComparison.Ordinal))
        {
            throw Problem(text, exception.Line, exception.Message, exception);
        }
        catch (Exception exception) when (exception is InvalidOperationException or ArgumentException)
        {
            throw Problem(text, 1, $"this is not valid YAML: {exception.Message}", exception); // YamlDotNet throws these too
        }
    }

    private static YamlProblemException Problem(string text, long line, string message, Exception inner) =>
        new((int)line, text.Contains("{{", StringComparison.Ordinal) ? $"{message}; if this is a template, render it first, for example with helm template" : message, inner);

    private YamlPart? Document()
    {
        _parser.Consume<StreamStart>();
        YamlPart? root = null;
        bool isFirst = true;
        while (_parser.Current is DocumentStart start)
        {
            _parser.MoveNext();
            if (!isFirst)
            {
                throw new YamlProblemException((int)start.Start.Line, "a document begins here without a line '---'; write one");
            }

            root = Part(0) is var part && part is YamlScalar { IsAbsent: true } ? null : part;
            isFirst = false;
            _parser.Consume<DocumentEnd>();
        }

        return root;
    }

    private YamlPart Part(int depth)
    {
        ParsingEvent next = _parser.Current!;
        if (depth > Deepest)
        {
            throw new YamlProblemException((int)next.Start.Line, $"the values are inside of each other more than {Deepest} levels deep");
        }

        YamlPart part = next switch
        {
            AnchorAlias alias => Alias(alias),
            Scalar scalar => Scalar(scalar),
            MappingStart mapping => Mapping(mapping, depth),
            SequenceStart sequence => Sequence(sequence, depth),
            _ => throw new YamlProblemException((int)next.Start.Line, "this is not valid YAML"),
        };
        if (next is NodeEvent { Anchor.IsEmpty: false } named)
        {
            _anchors[named.Anchor.Value] = part;
        }

        return part;
    }

    private YamlAlias Alias(AnchorAlias alias)
    {
        _parser.MoveNext();
        if (!_anchors.TryGetValue(alias.Value.Value, out YamlPart? target))
        {
            throw new YamlProblemException((int)alias.Start.Line, $"nothing before this line has the anchor '&{alias.Value.Value}'");
        }

        Count(target, (int)alias.Start.Line);
        return new YamlAlias((int)alias.Start.Index, (int)alias.End.Index, alias.Value.Value, target);
    }

    /// <summary>Counts all values that an alias stands for, so that aliases of aliases cannot grow without end.</summary>
    private void Count(YamlPart part, int line)
    {
        if (++_parts > MostParts)
        {
            throw new YamlProblemException(line, "the aliases stand for too many values");
        }

        IEnumerable<YamlPart> inner = part switch
        {
            YamlMapping map => map.Entries.Select(static entry => entry.Value),
            YamlSequence list => list.Items.Select(static item => item.Value),
            YamlAlias alias => [alias.Target],
            _ => [],
        };
        foreach (YamlPart value in inner)
        {
            Count(value, line);
        }
    }

    private YamlScalar Scalar(Scalar scalar)
    {
        _parser.MoveNext();
        bool isPlain = scalar.Style is ScalarStyle.Plain && (scalar.Tag.IsEmpty || !scalar.Tag.Value.EndsWith(":str", StringComparison.Ordinal));
        return new YamlScalar(
            (int)scalar.Start.Index,
            (int)scalar.End.Index,
            scalar.Value,
            isPlain ? YamlScalars.Resolve(scalar.Value) : JsonValue.Create(scalar.Value),
            scalar.Style is ScalarStyle.Literal or ScalarStyle.Folded);
    }

    private YamlMapping Mapping(MappingStart start, int depth)
    {
        _parser.MoveNext();
        bool isFlow = start.Style is MappingStyle.Flow;
        List<YamlEntry> entries = [];
        HashSet<string> keys = [];
        while (_parser.Current is not MappingEnd)
        {
            int line = (int)_parser.Current!.Start.Line;
            if (Part(depth + 1) is not YamlScalar key)
            {
                throw new YamlProblemException(line, "a key must be a single word");
            }

            int colon = _text.IndexOf(':', key.End) + 1;
            if (colon == 0 || _text.AsSpan(key.End, colon - 1 - key.End).ContainsAnyExcept(' ', '\t'))
            {
                throw new YamlProblemException(line, $"the key '{key.Text}' must stand before a colon on the same line");
            }

            if (!keys.Add(key.Text) && key.Text != YamlMapping.MergeKey)
            {
                throw new YamlProblemException(line, $"the key '{key.Text}' is there more than once");
            }

            YamlPart value = Part(depth + 1);
            entries.Add(new YamlEntry(key, colon, value is YamlScalar { IsAbsent: true } absent ? absent with { Start = colon, End = colon } : value));
        }

        int end = _text.IndexOf('}', (int)_parser.Current.Start.Index) + 1;
        _parser.MoveNext();
        return new YamlMapping(
            isFlow ? _text.IndexOf('{', (int)start.Start.Index) : entries is [var first, ..] ? first.Start : (int)start.Start.Index,
            isFlow ? end : entries is [.., var last] ? last.End : (int)start.Start.Index,
            isFlow,
            entries);
    }

    private YamlSequence Sequence(SequenceStart start, int depth)
    {
        _parser.MoveNext();
        bool isFlow = start.Style is SequenceStyle.Flow;
        List<YamlItem> items = [];
        int searchFrom = (int)start.Start.Index;
        int? column = null;
        while (_parser.Current is not SequenceEnd)
        {
            int line = (int)_parser.Current!.Start.Line;
            bool isPair = isFlow && _parser.Current is MappingStart && _text[(int)_parser.Current.Start.Index] != '{';
            int at = (int)_parser.Current.Start.Index;
            YamlPart value = Part(depth + 1);
            if (isPair)
            {
                throw new YamlProblemException(line, "write braces around a pair in a list");
            }

            int dash = isFlow ? at : Dash(searchFrom, at, ref column) ?? throw new YamlProblemException(line, "cannot find the dash of this item");
            value = value is YamlScalar { IsAbsent: true } absent && !isFlow ? absent with { Start = dash + 1, End = dash + 1 } : value;
            items.Add(new YamlItem(dash, value));
            searchFrom = Math.Max(value.End, dash + 1);
        }

        int end = _text.IndexOf(']', (int)_parser.Current.Start.Index) + 1;
        _parser.MoveNext();
        return new YamlSequence(
            isFlow ? _text.IndexOf('[', (int)start.Start.Index) : items is [var first, ..] ? first.Dash : (int)start.Start.Index,
            isFlow ? end : items is [.., var last] ? last.End : (int)start.Start.Index,
            isFlow,
            items);
    }

    /// <summary>
    /// Finds the dash of an item: the first one after the item before that stands in the column of the list, or for the
    /// first item the first one that is no part of a comment.
    /// </summary>
    private int? Dash(int from, int to, ref int? column)
    {
        for (int i = from; i <= to && i < _text.Length; i++)
        {
            int lineStart = i == 0 ? 0 : _text.LastIndexOf('\n', i - 1) + 1;
            if (_text[i] == '#')
            {
                int end = _text.IndexOf('\n', i);
                i = end < 0 ? _text.Length : end;
            }
            else if (_text[i] == '-' && (column is null || i - lineStart == column) && (i + 1 == _text.Length || _text[i + 1] is ' ' or '\t' or '\r' or '\n'))
            {
                column ??= i - lineStart;
                return i;
            }
        }

        return null;
    }
}
