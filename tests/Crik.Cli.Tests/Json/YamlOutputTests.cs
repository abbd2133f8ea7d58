using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Crik.Json;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Crik.Tests.Json;

/// <summary>Reads with YamlDotNet what crik writes as YAML, and compares it with the JSON document.</summary>
public sealed partial class YamlOutputTests
{
    private static readonly string[] s_texts =
    [
        "", " ", "a ", " a", "app", "/usr/bin/app", "train.py --lr 0.1", "yes", "No", "ON", "off", "y", "N", "true", "False", "null", "Null", "~", "1", "-1", "0x1f", "0o7",
        "1e3", "1_000", "12:30:45", "2026-11-23", "2026-11-23T01:02:03Z", ".5", ".inf", ".nan", "-", "- a", "-c", "--flag", "?", "? a", ":", "a:", "a: b", "a:b", "#", "a #b", "a#b",
        "&a", "*a", "!t", "!!str", "|", ">", "%", "@a", "`a", "{", "}", "[", "]", ",", "a, b", "'", "it's", "\"", "say \"hi\"", "\\", "C:\\x", "a\nb", "a\n", "\n", "\t", "a\tb", "a\r\nb",
        "=", "<<", "---", "...", "é", "中文", "😀", "a\u0085b", "a\u2028b", "a\u2029b", "\ufeffa", "\ufffe", "\uffff", "\0", "\e[2J", "\u007f", "\u009f", "\u00a0",
    ];

    public static TheoryData<string> Documents => new()
    {
        "{}",
        """{"a": {}, "b": [], "c": null, "d": true, "e": false, "f": 1, "g": -2.5e3, "h": "x"}""",
        """{"imageDir": "/x", "checkpoints": [{"generation": 2, "command": ["sh", "-c", "true"], "problem": null}, {"generation": 1, "command": [], "fit": {"ok": {"deep": [1]}}}]}""",
        """{"nested": [[1, 2], [], [[3]], {}, [{"a": [{"b": 1}]}]], "odd key: #1": {"": 0, "yes": 1}}""",
    };

    [Theory]
    [MemberData(nameof(Documents))]
    public void A_document_reads_back_as_the_same(string json) => AssertSame(json);

    [Fact]
    public void Every_text_reads_back_as_the_same_text_wherever_it_is()
    {
        string[] texts = [.. s_texts, .. Enumerable.Range(0, 0x300).Select(code => $"{(char)code}"), .. Enumerable.Range(0, 0x300).Select(code => $"a{(char)code}b")];
        JsonObject fields = [];
        foreach (string text in texts)
        {
            fields[$"key {text}"] = text;
        }

        AssertSame(new JsonObject { ["fields"] = fields, ["list"] = new JsonArray([.. texts.Select(text => JsonValue.Create(text))]) }.ToJsonString());
    }

    [Fact]
    public void Ordinary_words_and_paths_are_not_quoted() => Assert.Equal(
        "imageDir: /checkpoint\ncheckpoints:\n  - generation: 1\n    command:\n      - sh\n      - \"-c\"\n    createdAt: \"2026-11-23T00:00:00+00:00\"\n",
        YamlOutput.Of("""{"imageDir": "/checkpoint", "checkpoints": [{"generation": 1, "command": ["sh", "-c"], "createdAt": "2026-11-23T00:00:00+00:00"}]}"""));

    private static void AssertSame(string json)
    {
        string yaml = YamlOutput.Of(json);
        YamlStream documents = [];
        documents.Load(new StringReader(yaml));
        using JsonDocument expected = JsonDocument.Parse(json);

        AssertSame(expected.RootElement, Assert.Single(documents.Documents).RootNode);
    }

    private static void AssertSame(JsonElement expected, YamlNode found)
    {
        switch (expected.ValueKind)
        {
            case JsonValueKind.Object:
                KeyValuePair<YamlNode, YamlNode>[] fields = [.. Assert.IsType<YamlMappingNode>(found).Children];
                JsonProperty[] properties = [.. expected.EnumerateObject()];
                Assert.Equal(properties.Length, fields.Length);
                for (int i = 0; i < fields.Length; i++)
                {
                    AssertText(properties[i].Name, fields[i].Key);
                    AssertSame(properties[i].Value, fields[i].Value);
                }

                break;
            case JsonValueKind.Array:
                YamlNode[] items = [.. Assert.IsType<YamlSequenceNode>(found).Children];
                Assert.Equal(expected.GetArrayLength(), items.Length);
                for (int i = 0; i < items.Length; i++)
                {
                    AssertSame(expected[i], items[i]);
                }

                break;
            case JsonValueKind.String:
                AssertText(expected.GetString()!, found);
                break;
            default:
                YamlScalarNode scalar = Assert.IsType<YamlScalarNode>(found);
                Assert.Equal((ScalarStyle.Plain, expected.GetRawText()), (scalar.Style, scalar.Value));
                break;
        }
    }

    private static void AssertText(string expected, YamlNode found)
    {
        YamlScalarNode scalar = Assert.IsType<YamlScalarNode>(found);
        Assert.Equal(expected, scalar.Value);
        Assert.False(scalar.Style == ScalarStyle.Plain && NoString().IsMatch(expected), $"a reader does not take {expected} for a string");
    }

    /// <summary>What YAML 1.1 or 1.2 takes for something else than a string: null, a truth value, a number, a time, or a mark.</summary>
    [GeneratedRegex(@"^(?:~|null|true|false|yes|no|on|off|y|n|=|<<|[-+]?\.(?:inf|nan)|[-+.\d][-+.:_\dabcdefoxTZ ]*)?$", RegexOptions.IgnoreCase)]
    private static partial Regex NoString();
}
