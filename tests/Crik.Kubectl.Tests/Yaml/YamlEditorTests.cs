using System.Text.Json.Nodes;
using Crik.Kubectl.Yaml;
using Crik.Pods;

namespace Crik.Kubectl.Tests.Yaml;

/// <summary>Shows what a text looks like after a change, and that undoing the change gives the same bytes back.</summary>
public sealed class YamlEditorTests
{
    public static TheoryData<string, string, string, string, string> Additions => new()
    {
        { "to the end of a mapping", "a: 1 # one\nb: 2", "/c", "3", "a: 1 # one\nb: 2\nc: 3" },
        { "before comments that belong to what follows", "m:\n  a: 1\n  # about the end\nz: 1\n", "/m/b", "\"x\"", "m:\n  a: 1\n  b: x\n  # about the end\nz: 1\n" },
        { "of a mapping inside of a mapping", "a: 1\n", "/m", """{"x":{"v":"1"},"z":[]}""", "a: 1\nm:\n  x:\n    v: '1'\n  z: []\n" },
        { "with the indentation of the text", "m:\n    a:\n        b: 1\n", "/m/c", """{"d":2}""", "m:\n    a:\n        b: 1\n    c:\n        d: 2\n" },
        { "with indented lists", "m:\n  - a\n", "/p", """[{"x":1,"v":2}]""", "m:\n  - a\np:\n  - x: 1\n    v: 2\n" },
        { "with lists that are not indented", "m:\n- a\n", "/p", """[{"x":1,"v":{"z":2}}]""", "m:\n- a\np:\n- x: 1\n  v:\n    z: 2\n" },
        { "to the end of a list", "m:\n- a # first\nz: 1\n", "/m/-", "\"b\"", "m:\n- a # first\n- b\nz: 1\n" },
        { "to the start of a list", "m:\n# the program\n- python # 3\n- x\n", "/m/0", "\"run\"", "m:\n# the program\n- run\n- python # 3\n- x\n" },
        { "to the start of an indented list", "m:\n  - python\n", "/m/0", "\"--\"", "m:\n  - --\n  - python\n" },
        { "to a flow list", "m: [a, 'b']\n", "/m/-", "\"c\"", "m: [a, 'b', c]\n" },
        { "to the start of a flow list", "m: ['a', b]\n", "/m/0", "\"--\"", "m: [--, 'a', b]\n" },
        { "to a flow list of several lines", "m: [\n  a,\n  b\n]\n", "/m/-", "\"c\"", "m: [\n  a,\n  b,\n  c\n]\n" },
        { "to an empty list", "m: []\n", "/m/-", """{"x":[1]}""", "m: [{x: [1]}]\n" },
        { "to an empty mapping", "m: {} # nothing\n", "/m/a", "\"b\"", "m: {a: b} # nothing\n" },
        { "to a flow mapping", "m: {a: 1}\n", "/m/b", """{"c":"d e"}""", "m: {a: 1, b: {c: d e}}\n" },
        { "to a mapping in a list", "m:\n- a: 1\n- a: 2\n", "/m/0/b", "true", "m:\n- a: 1\n  b: true\n- a: 2\n" },
        { "after a literal text", "m:\n  a: |\n    one\n    two\n\nz: 1\n", "/m/b", "1", "m:\n  a: |\n    one\n    two\n  b: 1\n\nz: 1\n" },
        { "after a text that keeps its line breaks", "m:\n  a: |+\n    one\n\n", "/m/b", "1", "m:\n  a: |+\n    one\n\n  b: 1\n" },
        { "with CRLF", "a: 1\r\nm:\r\n- x\r\n", "/b", """{"c":[{"d":1}]}""", "a: 1\r\nm:\r\n- x\r\nb:\r\n  c:\r\n  - d: 1\r\n" },
        { "to JSON", "{\"a\": 1, \"m\": {}}", "/m/b", """{"c":["d"]}""", "{\"a\": 1, \"m\": {\"b\": {\"c\": [\"d\"]}}}" },
        { "to JSON of several lines", "{\n  \"a\": 1,\n  \"m\": []\n}\n", "/b", """{"c":["d"]}""", "{\n  \"a\": 1,\n  \"m\": [],\n  \"b\": {\n    \"c\": [\n      \"d\"\n    ]\n  }\n}\n" },
        { "to an empty mapping in JSON of several lines", "{\n    \"m\": {}\n}\n", "/m/a", "1", "{\n    \"m\": {\n        \"a\": 1\n    }\n}\n" },
        { "after a comment at the start of the document", "---\n# a comment\na: 1\n", "/b", "2", "---\n# a comment\na: 1\nb: 2\n" },
        { "with a key that needs quotes", "a: 1\n", "/on", "\"x\"", "a: 1\n'on': x\n" },
        { "with a key that has a slash", "a: 1\n", "/crik.dev~1injected", "\"{\\\"v\\\": 'x'}\"", "a: 1\ncrik.dev/injected: '{\"v\": ''x''}'\n" },
        { "after a value with an anchor", "m:\n  a: &x 1\nn: *x\n", "/m/b", "2", "m:\n  a: &x 1\n  b: 2\nn: *x\n" },
        { "to a mapping with an anchor that nobody uses", "m: &m\n  a: 1\n", "/m/b", "2", "m: &m\n  a: 1\n  b: 2\n" },
        { "after an entry without a value", "m:\n  a:\n  # more\nz:\n", "/m/b", "2", "m:\n  a:\n  b: 2\n  # more\nz:\n" },
        { "after a text on several lines", "m:\n  a: one\n    two\n  b: 'x\n    y'\n", "/m/c", "2", "m:\n  a: one\n    two\n  b: 'x\n    y'\n  c: 2\n" },
        { "inside of lists in lists", "m:\n- - a\n  - b\n- - c\n", "/m/0/0", "\"z\"", "m:\n- - z\n  - a\n  - b\n- - c\n" },
        { "to a list whose dashes stand alone", "m:\n-\n  a: 1\n", "/m/0/b", "2", "m:\n-\n  a: 1\n  b: 2\n" },
    };

    public static TheoryData<string, string, string> Words => new()
    {
        { "plain", "plain", "plain" },
        { "a path", "/opt/crik/bin/crik", "/opt/crik/bin/crik" },
        { "two dashes", "--", "--" },
        { "an option", "--log-format", "--log-format" },
        { "a boolean", "true", "'true'" },
        { "an old boolean", "no", "'no'" },
        { "a number", "8080", "'8080'" },
        { "an octal number", "0o17", "'0o17'" },
        { "a number with a dot", "1.", "'1.'" },
        { "a date", "2026-11-23", "'2026-11-23'" },
        { "nothing", "", "''" },
        { "null", "null", "'null'" },
        { "a space at the end", "a ", "'a '" },
        { "a colon", "a: b", "'a: b'" },
        { "a colon inside", "http://server:80", "http://server:80" },
        { "a comment", "a #b", "'a #b'" },
        { "a quote", "it's", "'it''s'" },
        { "brackets", "{a}", "'{a}'" },
        { "a variable", "$(JOB_COMPLETION_INDEX)", "$(JOB_COMPLETION_INDEX)" },
        { "several lines", "a\nb", "\"a\\nb\"" },
        { "a tab", "a\tb", "\"a\\tb\"" },
        { "another script", "grün 🚀", "'grün 🚀'" },
        { "a star", "*", "'*'" },
        { "a dash", "-", "'-'" },
        { "three dashes", "---", "'---'" },
        { "a percent sign", "%a", "'%a'" },
        { "sexagesimal", "12:30", "'12:30'" },
    };

    [Theory]
    [MemberData(nameof(Additions))]
    public void An_addition_is_written_in_the_style_of_the_text_and_can_be_undone(string name, string text, string path, string value, string expected)
    {
        string added = YamlEditor.Apply(text, [new PodChange(path, ChangeKind.Add, JsonNode.Parse(value), "")]);
        string removed = YamlEditor.Apply(added, [new PodChange(path.EndsWith("/-", StringComparison.Ordinal) ? Last(added, path) : path, ChangeKind.Remove, null, "")]);

        Assert.Equal((name, expected), (name, added));
        Assert.Equal((name, text), (name, removed));
    }

    [Theory]
    [MemberData(nameof(Words))]
    public void A_word_has_quotes_only_where_it_would_mean_something_else(string name, string word, string expected)
    {
        string block = YamlEditor.Apply("a: 1\n", [new PodChange("/b", ChangeKind.Add, JsonValue.Create(word), "")]);
        string flow = YamlEditor.Apply("a: [x]\n", [new PodChange("/a/-", ChangeKind.Add, JsonValue.Create(word), "")]);

        Assert.Equal((name, $"a: 1\nb: {expected}\n"), (name, block));
        Assert.Equal((name, $"a: [x, {expected}]\n"), (name, flow));
    }

    [Theory]
    [InlineData("a: 1 # one\n", "/a", "2", "a: 2 # one\n")]
    [InlineData("a: 'x' # one\n", "/a", "[\"w\"]", "a: [w] # one\n")]
    [InlineData("a:\n  b: 1\n  c: 2\nz: 1\n", "/a", "5", "a: 5\nz: 1\n")]
    [InlineData("a: # why\n  b: 1\nz: 1\n", "/a", "[{\"x\":1}]", "a: # why\n- x: 1\nz: 1\n")]
    [InlineData("a:\nb: 1\n", "/a", "{\"x\":1}", "a:\n  x: 1\nb: 1\n")]
    [InlineData("a: # none\nb: 1\n", "/a", "\"x\"", "a: x # none\nb: 1\n")]
    [InlineData("a:  # none\nb: 1\n", "/a", "[{\"x\":1}]", "a:  # none\n- x: 1\nb: 1\n")]
    [InlineData("a:  # none\n- x: 1\nb: 1\n", "/a", "null", "a:  # none\nb: 1\n")]
    [InlineData("a: \"x\"\nb: 1\n", "/a", "\"y\"", "a: \"y\"\nb: 1\n")]
    [InlineData("a: ['x', \"y\"]\n", "/a/0", "\"it's\"", "a: ['it''s', \"y\"]\n")]
    [InlineData("a: |\n  text\nb: 1\n", "/a", "\"x\"", "a: x\nb: 1\n")]
    [InlineData("a: {b: 1, c: 2}\n", "/a/b", "{\"x\":[]}", "a: {b: {x: []}, c: 2}\n")]
    [InlineData("{\"a\": \"x\"}", "/a", "\"y\\\"\"", "{\"a\": \"y\\\"\"}")]
    [InlineData("- 1\n", "", "", "")]
    public void A_replacement_keeps_what_surrounds_it(string text, string path, string value, string expected)
    {
        if (path.Length == 0)
        {
            Assert.Throws<YamlProblemException>(() => YamlEditor.Apply(text, [new PodChange("/a", ChangeKind.Add, 1, "")]));
            return;
        }

        Assert.Equal(expected, YamlEditor.Apply(text, [new PodChange(path, ChangeKind.Replace, JsonNode.Parse(value), "")]));
    }

    [Fact]
    public void A_command_that_gets_words_before_it_keeps_its_own_words_as_they_are_written()
    {
        const string text = "command:\n- \"python\"   # 3.11\n- '-u'\n- app.py\n";
        PodChange wrap = new("/command", ChangeKind.Replace, JsonNode.Parse("""["/opt/crik/bin/crik","run","--","python","-u","app.py"]"""), "");
        PodChange unwrap = new("/command", ChangeKind.Replace, JsonNode.Parse("""["python","-u","app.py"]"""), "");

        string wrapped = YamlEditor.Apply(text, [wrap]);

        Assert.Equal("command:\n- /opt/crik/bin/crik\n- run\n- --\n- \"python\"   # 3.11\n- '-u'\n- app.py\n", wrapped);
        Assert.Equal(text, YamlEditor.Apply(wrapped, [unwrap]));
    }

    [Theory]
    [InlineData("m:\n- a: 1\n  b: 2\n", "/m/0/a", "m:\n- b: 2\n")]
    [InlineData("m:\n  a: 1\nz: 1\n", "/m/a", "m: {}\nz: 1\n")]
    [InlineData("m: # why\n  a: 1 # one\nz: 1\n", "/m/a", "m: # why\n    {} # one\nz: 1\n")]
    [InlineData("m:\n- a\n", "/m/0", "m: []\n")]
    [InlineData("m:\n- a: 1\n- b: 1\n", "/m/0/a", "m:\n- {}\n- b: 1\n")]
    [InlineData("a: 1\nb: 2", "/b", "a: 1")]
    [InlineData("a: 1\r\nb: 2", "/b", "a: 1")]
    [InlineData("a: 1\nb: 2", "/a", "b: 2")]
    [InlineData("m: {a: 1, b: 2}", "/m/a", "m: {b: 2}")]
    [InlineData("m: [a, b, c]", "/m/1", "m: [a, c]")]
    [InlineData("m: [ a ]", "/m/0", "m: []")]
    public void A_removal_takes_the_whole_line(string text, string path, string expected) =>
        Assert.Equal(expected, YamlEditor.Apply(text, [new PodChange(path, ChangeKind.Remove, null, "")]));

    [Theory]
    [InlineData("a: &x {k: 1}\nb: *x\n", "/b/l", "a: &x {k: 1}\nb: {k: 1, l: 9}\n")]
    [InlineData("a: &x\n- 1\nb: *x\nc: *x\n", "/b/-", "a: &x\n- 1\nb: [1, 9]\nc: *x\n")]
    [InlineData("a: &x\n  m: {k: 1}\nb:\n  <<: *x\n  n: 2\n", "/b/m/l", "a: &x\n  m: {k: 1}\nb:\n  <<: *x\n  n: 2\n  m:\n    k: 1\n    l: 9\n")]
    [InlineData("a: &x\n  k: 1\nb:\n  <<: *x\n", "/b/k", "a: &x\n  k: 1\nb:\n  <<: *x\n  k: 9\n")]
    public void A_place_behind_an_alias_or_a_merge_key_becomes_a_copy_and_other_places_stay(string text, string path, string expected) =>
        Assert.Equal(expected, YamlEditor.Apply(text, [new PodChange(path, ChangeKind.Add, 9, "")]));

    [Theory]
    [InlineData("a: &x\n  k: 1\nb: *x\n", "/a/l", ChangeKind.Add, 1, "anchor (&)")]
    [InlineData("z: 1\na: &x\n  k: 1\nb: *x\n", "/a/k", ChangeKind.Replace, 3, "anchor (&)")]
    [InlineData("a: &x\n  k: 1\nb:\n  <<: *x\n", "/b/k", ChangeKind.Remove, 4, "a merge key (<<) brings")]
    public void A_change_that_would_change_another_place_too_is_refused(string text, string path, ChangeKind kind, int line, string because)
    {
        YamlProblemException problem = Assert.Throws<YamlProblemException>(() => YamlEditor.Apply(text, [new PodChange(path, kind, kind is ChangeKind.Remove ? null : 9, "")]));

        Assert.Contains(because, problem.Message, StringComparison.Ordinal);
        Assert.True(problem.Line >= line, $"line {problem.Line}");
    }

    [Theory]
    [InlineData("a: 1\na: 2\n", 2, "more than once")]
    [InlineData("a: [\n", 2, "not valid YAML")]
    [InlineData("? [a, b]\n: 1\n", 1, "a single word")]
    [InlineData("a: *x\n", 1, "has the anchor")]
    [InlineData("a: {{ .Values.x }}\n", 1, "")]
    [InlineData("a: {{ .Values.x }}: {{\n", 1, "render it first")]
    [InlineData("a: 1\n...\nb: 1\n", 3, "")]
    public void A_text_that_cannot_be_read_is_refused_with_its_line(string text, int line, string because)
    {
        YamlProblemException problem = Assert.Throws<YamlProblemException>(() => YamlReader.Read(text));

        Assert.Contains(because, problem.Message, StringComparison.Ordinal);
        Assert.InRange(problem.Line, 1, line);
    }

    [Fact]
    public void Aliases_of_aliases_do_not_fill_the_memory()
    {
        string text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + string.Concat(Enumerable.Range(1, 12)
            .Select(level => $"a{level}: &a{level} [{string.Join(", ", Enumerable.Repeat($"*a{level - 1}", 10))}]\n"));

        Assert.Contains("too many values", Assert.Throws<YamlProblemException>(() => YamlReader.Read(text)).Message, StringComparison.Ordinal);
    }

    private static string Last(string text, string path)
    {
        JsonNode node = YamlReader.Read(text).Root!.ToJson()!;
        foreach (string step in path.Split('/')[1..^1])
        {
            node = node[step]!;
        }

        return $"{path[..^1]}{node.AsArray().Count - 1}";
    }
}
