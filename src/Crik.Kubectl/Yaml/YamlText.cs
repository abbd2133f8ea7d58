namespace Crik.Kubectl.Yaml;

/// <summary>The text of one YAML document, and the values in it.</summary>
/// <param name="Root">Null if the document has only comments.</param>
internal sealed record YamlText(string Text, YamlPart? Root)
{
    public int Line(int place) => Text.AsSpan(0, Math.Min(place, Text.Length)).Count('\n') + 1;

    public int LineStart(int place) => Text.LastIndexOf('\n', Math.Max(place - 1, 0), Math.Max(place, 0)) + 1;

    /// <returns>The place of the line break, or the end of the text.</returns>
    public int LineEnd(int place)
    {
        int end = Text.IndexOf('\n', place);
        return end < 0 ? Text.Length : end > place && Text[end - 1] == '\r' ? end - 1 : end;
    }

    public int Column(int place) => place - LineStart(place);

    public bool IsSameLine(int one, int other) => LineStart(one) == LineStart(other);

    /// <returns>The place after the line break that is here, or the same place.</returns>
    public int AfterBreak(int place) =>
        Text.AsSpan(place).StartsWith("\r\n") ? place + 2 : place < Text.Length && Text[place] == '\n' ? place + 1 : place;

    /// <summary>Where the last word of a part ends. A block text is counted with the line breaks at its end that it keeps (`|+`).</summary>
    public int ContentEnd(YamlPart part) => part switch
    {
        YamlScalar { IsBlock: true } scalar when Text[scalar.Start..LineEnd(scalar.Start)].Contains('+') => LastBreak(scalar.End),
        YamlScalar { IsBlock: true } scalar => scalar.Start + Text[scalar.Start..scalar.End].TrimEnd().Length,
        YamlMapping { IsFlow: false, Entries: [.., var last] } => Math.Max(ContentEnd(last.Value), last.Colon),
        YamlSequence { IsFlow: false, Items: [.., var last] } => Math.Max(ContentEnd(last.Value), last.Dash + 1),
        _ => part.End,
    };

    private int LastBreak(int end) => end == 0 || Text[end - 1] != '\n' ? end : end > 1 && Text[end - 2] == '\r' ? end - 2 : end - 1;
}
