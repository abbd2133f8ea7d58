namespace Crik.Kubectl.Yaml;

/// <summary>How a text is written, so that what is added to it looks the same.</summary>
/// <param name="NewLine">The line break.</param>
/// <param name="Step">How many columns a mapping is to the right of its key.</param>
/// <param name="ListsAreIndented">Whether the dashes of a list are to the right of its key.</param>
/// <param name="IsJson">Whether the text is JSON, where every string has quotes.</param>
internal sealed record YamlStyle(string NewLine, int Step, bool ListsAreIndented, bool IsJson)
{
    public static YamlStyle Of(YamlText text)
    {
        YamlPart[] parts = [.. Parts(text.Root)];
        int firstBreak = text.Text.IndexOf('\n', StringComparison.Ordinal);
        bool isJson = text.Root is YamlMapping { IsFlow: true } root && root.Entries.All(entry => text.Text[entry.Start] == '"');
        int? step = parts.OfType<YamlMapping>().SelectMany(map => map.Entries.Select(entry => StepOf(text, map, entry))).FirstOrDefault(static step => step > 0);
        bool? indented = parts.OfType<YamlMapping>().Where(static map => !map.IsFlow).SelectMany(static map => map.Entries)
            .Where(static entry => entry.Value is YamlSequence { IsFlow: false })
            .Select(entry => (bool?)(text.Column(entry.Value.Start) > text.Column(entry.Start))).FirstOrDefault();
        return new YamlStyle(firstBreak > 0 && text.Text[firstBreak - 1] == '\r' ? "\r\n" : "\n", step ?? OuterStep(text) ?? 2, indented ?? false, isJson);
    }

    /// <summary>How far the entries of JSON are to the right of its first brace.</summary>
    private static int? OuterStep(YamlText text) =>
        text.Root is YamlMapping { IsFlow: true, Entries: [var first, ..] } root && !text.IsSameLine(root.Start, first.Start) ? text.Column(first.Start) : null;

    private static int? StepOf(YamlText text, YamlMapping map, YamlEntry entry) =>
        entry.Value is YamlMapping { Entries: [var first, ..] } inner && inner.IsFlow == map.IsFlow && !text.IsSameLine(entry.Start, first.Start)
            ? text.Column(first.Start) - text.Column(entry.Start)
            : null;

    private static IEnumerable<YamlPart> Parts(YamlPart? part) => part switch
    {
        null => [],
        YamlMapping map => map.Entries.SelectMany(static entry => Parts(entry.Value)).Prepend(map),
        YamlSequence list => list.Items.SelectMany(static item => Parts(item.Value)).Prepend(list),
        _ => [part],
    };
}
