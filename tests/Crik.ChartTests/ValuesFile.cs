using YamlDotNet.RepresentationModel;

namespace Crik.ChartTests;

/// <summary>
/// Reads values.yaml as rows for the table in the README. Each key has a row with the comment above it. A mapping whose
/// own keys have comments has no row, but its keys have.
/// </summary>
internal sealed class ValuesFile
{
    private readonly string[] _lines;
    private readonly YamlMappingNode _root;

    public ValuesFile(string path)
    {
        _lines = File.ReadAllLines(path);
        _root = YamlNodes.Load(string.Join('\n', _lines));
        Rows = [.. RowsOf("", _root)];
    }

    public IReadOnlyList<(string Key, string Default, string Meaning)> Rows { get; }

    private IEnumerable<(string Key, string Default, string Meaning)> RowsOf(string prefix, YamlMappingNode mapping)
    {
        foreach ((YamlNode key, YamlNode value) in mapping.Children)
        {
            string path = prefix + key;
            string comment = Comment(key) ?? throw new InvalidDataException($"values.yaml:{key.Start.Line}: {path} has no comment above it");
            if (value is YamlMappingNode { Children.Count: > 0 } below && below.Start.Line > key.Start.Line && Comment(below.Children[0].Key) is not null)
            {
                foreach ((string Key, string Default, string Meaning) row in RowsOf(path + ".", below))
                {
                    yield return row;
                }
            }
            else
            {
                yield return (path, Flow(value), comment);
            }
        }
    }

    /// <summary>Returns the comment directly above a key, or null if there is none.</summary>
    private string? Comment(YamlNode key)
    {
        IEnumerable<string> above = _lines.Take((int)key.Start.Line - 1).Reverse().Select(line => line.Trim()).TakeWhile(line => line.StartsWith("# ", StringComparison.Ordinal));
        string text = string.Join(' ', above.Reverse().Select(line => line[2..]));
        return text.Length > 0 ? text : null;
    }

    /// <summary>Writes a value on one line, in YAML's flow style.</summary>
    private static string Flow(YamlNode node) => node switch
    {
        YamlMappingNode mapping => $"{{{string.Join(", ", mapping.Children.Select(entry => $"{entry.Key}: {Flow(entry.Value)}"))}}}",
        YamlSequenceNode sequence => $"[{string.Join(", ", sequence.Children.Select(Flow))}]",
        YamlScalarNode { Value: "" } => "\"\"",
        _ => node.ToString(),
    };
}
