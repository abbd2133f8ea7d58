using System.Text.Json;
using System.Text.RegularExpressions;
using Crik.Configuration;

namespace Crik.Tests.Configuration;

/// <summary>Compares the published schema, example and guide with the table of keys.</summary>
public sealed partial class PublishedConfigurationTests : IDisposable
{
    private static readonly string s_path = Repository.In("docs/configuration.schema.json");

    private readonly ConfigurationFixture _fixture = new();
    private readonly JsonDocument _schema = JsonDocument.Parse(File.ReadAllText(s_path));

    private JsonElement Properties => _schema.RootElement.GetProperty("properties");

    public void Dispose()
    {
        _fixture.Dispose();
        _schema.Dispose();
    }

    /// <summary>If this fails after a change of the table, copy the file that the message names to docs.</summary>
    [Fact]
    public void The_schema_is_the_one_that_the_table_of_keys_makes()
    {
        string made = Path.Combine(AppContext.BaseDirectory, "configuration.schema.json");
        File.WriteAllText(made, ConfigurationSchema.Text());

        Assert.True(File.ReadAllText(made) == File.ReadAllText(s_path), $"docs/configuration.schema.json differs from {made}");
    }

    [Fact]
    public void The_names_of_choices_are_those_of_their_enums_in_the_same_order()
    {
        foreach (OptionKey key in OptionKeys.All.Where(key => key.Kind == OptionKind.Choice))
        {
            string property = char.ToUpperInvariant(key.Name[0]) + key.Name[1..];
            Type type = typeof(CrikOptions).GetProperty(property)!.PropertyType;

            Assert.Equal(Enum.GetNames(type).Select(name => char.ToLowerInvariant(name[0]) + name[1..]), key.Choices);
        }
    }

    [Fact]
    public void The_loader_accepts_the_bounds_of_the_schema_and_nothing_beyond_them()
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

        Assert.Equal(13, bounds);
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
        string guide = File.ReadAllText(Repository.In("docs/configuration.md"));
        string[] examples = [.. YamlBlock().Matches(guide).Select(match => match.Groups[1].Value).Where(text => !text.StartsWith("# in the pod", StringComparison.Ordinal))];

        Assert.All(OptionKeys.All, key => Assert.Matches($@"[`\s]{Regex.Escape(key.Name.Split('.')[^1])}[`:]", guide));
        Assert.Equal(12, examples.Length);
        foreach (string example in examples)
        {
            File.WriteAllText(_fixture.FilePath, example);
            _fixture.LoadEnvironment((CrikOptions.NodeNameVariable, "node-1")); // throws on the least mistake
        }
    }

    private JsonElement PropertyOf(OptionKey key) => key.Name.Split('.') is [string group, string name]
        ? Properties.GetProperty(group).GetProperty("properties").GetProperty(name)
        : Properties.GetProperty(key.Name);

    /// <summary>The block under "config.yaml: |", without its indentation.</summary>
    private static string ConfigOfExample()
    {
        string[] lines = File.ReadAllLines(Repository.In("examples/configmap.yaml"));
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
