using System.Text;
using System.Text.Json.Nodes;
using Crik.Pods;

namespace Crik.Kubectl.Yaml;

/// <summary>Writes one step into a text. A text that gets an addition and loses it again is the same byte for byte.</summary>
internal sealed class YamlSplice(YamlText document, YamlStyle style)
{
    private readonly YamlWriter _writer = new(style);

    private string Text => document.Text;

    /// <param name="parent">The mapping or list that holds what is changed.</param>
    public string Apply(YamlPart parent, YamlStep step) => (parent, step.Kind) switch
    {
        (YamlMapping map, ChangeKind.Add) => AddEntry(map, step.Last, step.Value),
        (YamlMapping map, ChangeKind.Replace) => Replace(map, map.Find(step.Last)!, step.Value),
        (YamlMapping map, _) => Remove(map, [.. map.Entries.Select(entry => new Piece(entry.Start, EndOf(entry.Value, entry.Colon)))], IndexOf(map, step.Last), "{}"),
        (YamlSequence list, ChangeKind.Add) => AddItem(list, step.Index, step.Value),
        (YamlSequence list, ChangeKind.Replace) => ReplaceInline(list.Items[step.Index].Value, Flow(list.Items[step.Index].Value, step.Value, null)),
        (YamlSequence list, _) => Remove(list, [.. list.Items.Select(item => new Piece(item.Dash, EndOf(item.Value, item.Dash + 1)))], step.Index, "[]"),
        _ => throw new YamlProblemException(document.Line(parent.Start), $"/{string.Join('/', step.Path)} is inside of a value that is no mapping and no list"),
    };

    private static int IndexOf(YamlMapping map, string key) => map.Entries.TakeWhile(entry => entry.Key.Text != key).Count();

    private int EndOf(YamlPart value, int atLeast) => Math.Max(document.ContentEnd(value), atLeast);

    private string AddEntry(YamlMapping map, string key, JsonNode? value)
    {
        if (map.IsFlow)
        {
            return AddToFlow(map, [.. map.Entries.Select(static entry => new Piece(entry.Start, entry.End))], map.Entries.Count, column => _writer.FlowEntry(key, value, column));
        }

        // After the whole line, with its comment. A comment on the lines below belongs to what follows.
        int end = document.LineEnd(EndOf(map.Entries[^1].Value, map.Entries[^1].Colon));
        return Text.Insert(end, style.NewLine + _writer.Entry(document.Column(map.Start), key, value));
    }

    private string AddItem(YamlSequence list, int index, JsonNode? value)
    {
        if (list.IsFlow)
        {
            return AddToFlow(list, [.. list.Items.Select(static item => new Piece(item.Value.Start, item.Value.End))], index, column => _writer.Flow(value, column));
        }

        int column = document.Column(list.Start);
        if (index < list.Items.Count)
        {
            int dash = list.Items[index].Dash;
            return Text.Insert(dash, _writer.Item(column, value)[column..] + style.NewLine + new string(' ', column));
        }

        int end = document.LineEnd(EndOf(list.Items[^1].Value, list.Items[^1].Dash + 1));
        return Text.Insert(end, style.NewLine + _writer.Item(column, value));
    }

    /// <summary>Adds to what is between braces or brackets, on a line of its own if the others have lines of their own.</summary>
    private string AddToFlow(YamlPart collection, IReadOnlyList<Piece> pieces, int index, Func<int?, string> write)
    {
        if (pieces.Count == 0)
        {
            bool hasLines = style.IsJson && Text.Contains('\n', StringComparison.Ordinal);
            int outer = Indentation(collection.Start);
            string gap = style.NewLine + new string(' ', outer + style.Step);
            string content = hasLines ? gap + write(outer + style.Step) + style.NewLine + new string(' ', outer) : write(null);
            return string.Concat(Text.AsSpan(0, collection.Start + 1), content, Text.AsSpan(collection.End - 1));
        }

        string space = SpaceBefore(pieces, index);
        int? column = space.Contains('\n', StringComparison.Ordinal) ? document.Column(pieces[^1].Start) : null;
        return index < pieces.Count
            ? Text.Insert(pieces[index].Start, $"{write(column)},{space}")
            : Text.Insert(pieces[^1].End, $",{space}{write(column)}");
    }

    /// <summary>What stands between the comma and a piece, so that additions look the same.</summary>
    private string SpaceBefore(IReadOnlyList<Piece> pieces, int index)
    {
        int end = pieces[Math.Clamp(index, pieces.Count > 1 ? 1 : 0, pieces.Count - 1)].Start;
        int begin = end;
        while (begin > 0 && char.IsWhiteSpace(Text[begin - 1]))
        {
            begin--;
        }

        string space = Text[begin..end];
        return pieces.Count > 1 || space.Contains('\n', StringComparison.Ordinal) ? space : " ";
    }

    private int Indentation(int place)
    {
        int start = document.LineStart(place);
        return Text[start..place].TakeWhile(static letter => letter == ' ').Count();
    }

    private string Replace(YamlMapping map, YamlEntry entry, JsonNode? value)
    {
        YamlPart old = entry.Value;
        bool isInline = map.IsFlow || old is YamlMapping { IsFlow: true } or YamlSequence { IsFlow: true } or YamlAlias
            || old is YamlScalar { IsBlock: false, IsAbsent: false } || value is not (JsonObject { Count: > 0 } or JsonArray { Count: > 0 });
        if (isInline && old is not (YamlMapping { IsFlow: false } or YamlSequence { IsFlow: false }))
        {
            string text = Flow(old, value, map.IsFlow ? Indentation(entry.Start) : null);
            return old is YamlScalar { IsAbsent: true } ? Text.Insert(entry.Colon, " " + text) : ReplaceInline(old, text);
        }

        return ReplaceLines(entry.Colon, document.ContentEnd(old), document.Column(entry.Start), value);
    }

    /// <summary>A word in the place of one that has quotes gets the same quotes.</summary>
    private string Flow(YamlPart old, JsonNode? value, int? column) =>
        old is YamlScalar { IsBlock: false, IsAbsent: false } && value is JsonValue word && word.TryGetValue(out string? text)
        && YamlScalars.WriteQuoted(text, Text[old.Start]) is { } quoted
            ? quoted : _writer.Flow(value, column);

    private string ReplaceInline(YamlPart old, string text) =>
        string.Concat(Text.AsSpan(0, old.Start), old is YamlScalar { IsAbsent: true } ? " " + text : text, Text.AsSpan(document.ContentEnd(old)));

    /// <summary>Replaces all that follows a colon, with nothing for null. A comment on the line of the key stays.</summary>
    private string ReplaceLines(int colon, int end, int column, JsonNode? value)
    {
        StringBuilder lines = new();
        if (value is not null)
        {
            _writer.AddValue(lines, column, value);
        }

        int lineEnd = document.LineEnd(colon);
        string comment = Text[colon..lineEnd] is var rest && rest.TrimStart().StartsWith('#') ? rest : "";
        bool isOnLine = lines is { Length: > 0 } && lines[0] == ' ';
        return string.Concat(Text.AsSpan(0, colon), isOnLine ? lines + comment : comment + lines, Text.AsSpan(Math.Max(end, colon + comment.Length)));
    }

    private string Remove(YamlPart collection, IReadOnlyList<Piece> pieces, int index, string empty)
    {
        Piece piece = pieces[index];
        bool isFlow = collection is YamlMapping { IsFlow: true } or YamlSequence { IsFlow: true };
        if (pieces.Count == 1)
        {
            return isFlow ? Cut(collection.Start + 1, collection.End - 1) : Empty(piece, empty);
        }

        if (isFlow)
        {
            return index > 0 ? Cut(pieces[index - 1].End, piece.End) : Cut(piece.Start, pieces[1].Start);
        }

        int line = document.LineStart(piece.Start);
        if (Text.AsSpan(line, piece.Start - line).ContainsAnyExcept(' '))
        {
            return Cut(piece.Start, pieces[index + 1].Start); // the next one takes its place, behind the dash
        }

        int end = document.LineEnd(piece.End);
        return end < Text.Length || line == 0 ? Cut(line, document.AfterBreak(end)) : Cut(document.LineEnd(Math.Max(line - 1, 0)) is var before && Text[before - 1] == '\r' ? before - 1 : before, end);
    }

    /// <summary>The last entry of a block goes, and `{}` or `[]` is written behind the key or dash that held it.</summary>
    private string Empty(Piece piece, string empty)
    {
        int before = piece.Start;
        while (before > 0 && char.IsWhiteSpace(Text[before - 1]))
        {
            before--;
        }

        int line = document.LineStart(piece.Start);
        if (before < line && before > 0 && Text[before - 1] == ':')
        {
            return string.Concat(Text.AsSpan(0, before), " " + empty, Text.AsSpan(piece.End));
        }

        // A comment stands between the key and the block. A list may begin in the column of its key, but brackets may not.
        string indentation = Text.AsSpan(line, piece.Start - line).IsWhiteSpace() ? new string(' ', style.Step) : "";
        return string.Concat(Text.AsSpan(0, piece.Start), indentation + empty, Text.AsSpan(piece.End));
    }

    private string Cut(int start, int end) => string.Concat(Text.AsSpan(0, start), Text.AsSpan(end));

    /// <summary>Where an entry or an item is.</summary>
    private readonly record struct Piece(int Start, int End);
}
