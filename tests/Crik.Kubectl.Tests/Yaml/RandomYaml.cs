using System.Text;
using System.Text.Json.Nodes;
using Crik.Kubectl.Yaml;
using Crik.Pods;

namespace Crik.Kubectl.Tests.Yaml;

/// <summary>Makes random documents in all styles that people write, with comments in many places.</summary>
internal sealed class RandomYaml(int seed)
{
    private static readonly string[] s_words = ["a", "b1", "on", "8080", "0x1f", "1.5", "x y", "it's", "", "#x", "a: b", "{", "- x", "ü🚀", "null", "true", "~", "/opt/x", "--", "a\nb\n", "a\n\nb"];

    private readonly Random _random = new(seed);
    private readonly StringBuilder _text = new();
    private int _comments;
    private string _newLine = "\n";
    private bool _indented;
    private int _step = 2;

    public string Document()
    {
        _newLine = _random.Next(5) == 0 ? "\r\n" : "\n";
        _indented = _random.Next(2) == 0;
        _step = _random.Next(3) == 0 ? 4 : 2;
        _text.Append(_random.Next(4) == 0 ? "---" + _newLine : "");
        Block(Map(0), 0);
        string text = _text.ToString();
        return _random.Next(4) == 0 ? text.TrimEnd() : text;
    }

    public JsonNode? Value(int depth) => _random.Next(depth > 3 ? 4 : 8) switch
    {
        0 => JsonValue.Create(_random.Next(1000)),
        1 => _random.Next(3) switch { 0 => null, 1 => JsonValue.Create(true), _ => JsonValue.Create(1.25) },
        2 or 3 => JsonValue.Create(s_words[_random.Next(s_words.Length)]),
        4 or 5 => Map(depth),
        _ => new JsonArray([.. Enumerable.Range(0, _random.Next(4)).Select(_ => Value(depth + 1))]),
    };

    /// <summary>A change that fits the object.</summary>
    public PodChange Change(JsonObject json)
    {
        JsonNode parent = json;
        string path = "";
        while (true)
        {
            (string Step, JsonNode Value)[] inner = [.. (parent switch
            {
                JsonObject map => map.Select(pair => (pair.Key, pair.Value)),
                JsonArray list => list.Select((item, index) => ($"{index}", item)),
                _ => [],
            }).Where(pair => pair.Item2 is JsonObject or JsonArray).Select(pair => (pair.Item1, pair.Item2!))];
            if (inner.Length == 0 || _random.Next(3) == 0)
            {
                break;
            }

            (string step, parent) = inner[_random.Next(inner.Length)];
            path += "/" + step;
        }

        string[] known = parent is JsonObject keys ? [.. keys.Select(pair => pair.Key)] : [.. parent.AsArray().Select((_, index) => $"{index}")];
        return known.Length == 0 || _random.Next(3) == 0
            ? new PodChange($"{path}/{(parent is JsonArray ? _random.Next(known.Length + 1) : "new")}", ChangeKind.Add, Value(2), "")
            : new PodChange($"{path}/{known[_random.Next(known.Length)]}", _random.Next(2) == 0 ? ChangeKind.Remove : ChangeKind.Replace, Value(2), "");
    }

    private JsonObject Map(int depth)
    {
        JsonObject map = [];
        for (int i = _random.Next(4) + (depth == 0 ? 1 : 0); i > 0; i--)
        {
            map[$"k{_random.Next(30)}"] = Value(depth + 1);
        }

        return map;
    }

    private void Block(JsonObject map, int column)
    {
        bool isFirst = true;
        foreach ((string key, JsonNode? value) in map)
        {
            if (!isFirst || _text.Length == 0 || _text[^1] == '\n')
            {
                OwnComment(column);
                _text.Append(' ', column);
            }

            isFirst = false;
            _text.Append(_random.Next(6) == 0 ? $"\"{key}\":" : $"{key}:");
            Inner(value, column, _indented ? column + _step : column);
        }
    }

    private void Inner(JsonNode? value, int column, int dash)
    {
        if (value is JsonObject { Count: > 0 } map && _random.Next(4) > 0)
        {
            EndLine();
            Block(map, column + _step);
        }
        else if (value is JsonArray { Count: > 0 } list && _random.Next(4) > 0)
        {
            EndLine();
            foreach (JsonNode? item in list)
            {
                OwnComment(dash);
                _text.Append(' ', dash).Append("- ");
                Item(item, dash + 2);
            }
        }
        else
        {
            _text.Append(' ');
            Scalar(value, column + _step);
        }
    }

    private void Item(JsonNode? value, int column)
    {
        if (value is JsonObject { Count: > 0 } map && _random.Next(3) > 0)
        {
            Block(map, column);
        }
        else
        {
            Scalar(value, column);
        }
    }

    private void Scalar(JsonNode? value, int column)
    {
        string? text = value is JsonValue known && known.TryGetValue(out string? found) ? found : null;
        if (text is not null && text.Contains('\n', StringComparison.Ordinal) && _newLine == "\n" && _random.Next(2) == 0)
        {
            _text.Append(text.EndsWith('\n') ? _random.Next(2) == 0 ? "|" : "|+" : "|-").Append('\n');
            foreach (string line in text.TrimEnd('\n').Split('\n'))
            {
                _text.Append(' ', line.Length == 0 ? 0 : column).Append(line).Append('\n');
            }

            return;
        }

        _text.Append(_random.Next(4) == 0 ? YamlWriter.Json(value) : new YamlWriter(new YamlStyle(_newLine, 2, false, false)).Flow(value));
        EndLine();
    }

    private void OwnComment(int column)
    {
        if (_random.Next(6) == 0)
        {
            _text.Append(' ', column).Append($"# own {_comments++}").Append(_newLine);
        }
    }

    private void EndLine()
    {
        if (_random.Next(6) == 0)
        {
            _text.Append($" # line {_comments++}");
        }

        _text.Append(_newLine);
    }
}
