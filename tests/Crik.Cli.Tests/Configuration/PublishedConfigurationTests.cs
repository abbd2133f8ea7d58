using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Crik.Configuration;

namespace Crik.Tests.Configuration;

/// <summary>The schema and the example that users get must say what the table of keys says.</summary>
public sealed partial class PublishedConfigurationTests : IDisposable
{
    private readonly ConfigurationFixture _fixture = new();
    private readonly JsonDocument _schema = JsonDocument.Parse(File.ReadAllText(ConfigurationFixture.RepositoryFile("docs/configuration.schema.json")));

    private JsonElement Properties => _schema.RootElement.GetProperty("properties");

    public void Dispose()
    {
        _fixture.Dispose();
        _schema.Dispose();
    }

    [Fact]
    public void The_schema_has_the_keys_of_the_table_and_no_other()
    {
        Assert.Equal("https://json-schema.org/draft/2020-12/schema", _schema.RootElement.GetProperty("$schema").GetString());
        Assert.False(_schema.RootElement.GetProperty("additionalProperties").GetBoolean());
        Assert.Equal(OptionKeys.Names.Select(name => name.Split('.')[0]).Distinct(), Properties.EnumerateObject().Select(property => property.Name));
    }

    [Fact]
    public void The_schema_agrees_with_the_table_on_every_key()
    {
        foreach (OptionKey key in OptionKeys.All)
        {
            JsonElement property = PropertyOf(key);
            string type = key.Kind switch
            {
                OptionKind.Integer => "\"integer\"",
                OptionKind.Boolean => "\"boolean\"",
                OptionKind.PathList or OptionKind.ChoiceList => "\"array\"",
                OptionKind.ByteSize => "[\"string\",\"integer\"]",
                _ => "\"string\"",
            };
            string[] values = (key.Kind == OptionKind.ChoiceList ? property.GetProperty("items") : property).TryGetProperty("enum", out JsonElement choices) ? [.. choices.EnumerateArray().Select(value => value.GetString()!)] : [];
            string? defaultText = property.TryGetProperty("default", out JsonElement value) ? Text(value) : null;

            Assert.Equal((key.Name, type), (key.Name, Compact(property.GetProperty("type"))));
            Assert.Equal((key.Name, key.Description), (key.Name, property.GetProperty("description").GetString()));
            Assert.Equal(key.Choices, values);
            Assert.Equal((key.Name, key.IsList ? key.DefaultText?.Replace(" ", "", StringComparison.Ordinal) ?? "[]" : key.DefaultText), (key.Name, defaultText));
        }
    }

    [Fact]
    public void The_loader_takes_the_bounds_of_the_schema_and_nothing_beyond()
    {
        int bounds = 0;
        foreach (JsonProperty property in Properties.EnumerateObject())
        {
            foreach ((string name, int step) in new[] { ("minimum", -1), ("maximum", 1) })
            {
                if (property.Value.TryGetProperty(name, out JsonElement bound))
                {
                    bounds++;
                    _fixture.Load($"{property.Name}: {bound.GetInt64()}");
                    Assert.Throws<ConfigurationException>(() => _fixture.Load($"{property.Name}: {bound.GetInt64() + step}"));
                }
            }
        }

        Assert.Equal(9, bounds);
    }

    [Theory]
    [InlineData("/a", true)]
    [InlineData("/a..b/...", true)]
    [InlineData("/a/./b//", true)]
    [InlineData("a", false)]
    [InlineData("/..", false)]
    [InlineData("/a/../b", false)]
    [InlineData("/a/..", false)]
    public void The_schema_and_the_loader_agree_on_what_a_path_is(string path, bool isPath)
    {
        foreach (OptionKey key in OptionKeys.All.Where(key => key.Kind is OptionKind.Path or OptionKind.PathList))
        {
            JsonElement property = PropertyOf(key);
            string pattern = (key.IsList ? property.GetProperty("items") : property).GetProperty("pattern").GetString()!;
            Exception? refused = Record.Exception(() => _fixture.Load($"{key.Name}: {(key.IsList ? $"['{path}']" : $"'{path}'")}"));

            Assert.Equal((key.Name, isPath), (key.Name, Regex.IsMatch(path, pattern)));
            Assert.Equal((key.Name, isPath), (key.Name, refused is null));
        }
    }

    [Fact]
    public void The_example_ConfigMap_lists_every_key_with_its_default()
    {
        string all = CommentedKey().Replace(ConfigOfExample(), "$1");
        string[] keys = [.. Key().Matches(all).Select(match => match.Groups[1].Value)];

        Assert.Equal(OptionKeys.Names.Select(name => name.Split('.')[0]).Distinct(), keys);
        foreach (OptionKey key in OptionKeys.All.Where(key => key.DefaultText is not null))
        {
            Assert.Contains($"\n{key.Name}: {key.DefaultText}\n", all, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void The_example_ConfigMap_loads_as_it_is_and_with_every_key_uncommented()
    {
        string config = ConfigOfExample();

        CrikOptions published = _fixture.Load(config);
        File.WriteAllText(_fixture.FilePath, CommentedKey().Replace(config, "$1"));
        CrikOptions all = _fixture.LoadEnvironment((CrikOptions.NodeNameVariable, "node-1"));

        Assert.Equal(new CrikOptions { ImageDir = "/checkpoints" }, published);
        Assert.Single(all.AdditionalPaths);
        Assert.Single(all.InotifyIncompatiblePaths);
        Assert.NotNull(all.NodeStateServerUrl);
    }

    [Fact]
    public void The_guide_has_every_key_and_its_examples_load()
    {
        string guide = File.ReadAllText(ConfigurationFixture.RepositoryFile("docs/configuration.md"));
        string[] examples = [.. YamlBlock().Matches(guide).Select(match => match.Groups[1].Value).Where(text => !text.StartsWith("# in the pod", StringComparison.Ordinal))];

        Assert.All(OptionKeys.All, key => Assert.Matches($@"[`\s]{Regex.Escape(key.Name.Split('.')[^1])}[`:]", guide));
        Assert.Equal(10, examples.Length);
        foreach (string example in examples)
        {
            File.WriteAllText(_fixture.FilePath, example);
            _fixture.LoadEnvironment((CrikOptions.NodeNameVariable, "node-1")); // throws on the least mistake
        }
    }

    private JsonElement PropertyOf(OptionKey key) => key.Name.Split('.') is [string group, string name]
        ? Properties.GetProperty(group).GetProperty("properties").GetProperty(name)
        : Properties.GetProperty(key.Name);

    private static string Text(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString()!,
        JsonValueKind.Array => $"[{string.Join(',', value.EnumerateArray().Select(Text))}]",
        JsonValueKind.Number => value.GetInt64().ToString(CultureInfo.InvariantCulture),
        _ => Compact(value),
    };

    private static string Compact(JsonElement value) => string.Concat(value.GetRawText().Where(c => !char.IsWhiteSpace(c)));

    /// <summary>The block under "config.yaml: |", without its indentation.</summary>
    private static string ConfigOfExample()
    {
        string[] lines = File.ReadAllLines(ConfigurationFixture.RepositoryFile("examples/configmap.yaml"));
        Assert.Contains("kind: ConfigMap", lines);
        Assert.Contains("  name: crik", lines);
        IEnumerable<string> block = lines.SkipWhile(line => line != "  config.yaml: |").Skip(1);
        return string.Join('\n', block.Select(line => line.Length == 0 ? "" : line.StartsWith("    ", StringComparison.Ordinal) ? line[4..] : throw new InvalidDataException(line))) + "\n";
    }

    /// <summary>A key that is commented out has no space behind the #, unless it is an item of a list.</summary>
    [GeneratedRegex("```yaml\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex YamlBlock();

    [GeneratedRegex("^#([a-zA-Z]+:.*|  - .*|  [a-zA-Z]+: .*)$", RegexOptions.Multiline)]
    private static partial Regex CommentedKey();

    [GeneratedRegex("^([a-zA-Z]+):", RegexOptions.Multiline)]
    private static partial Regex Key();
}
