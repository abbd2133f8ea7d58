using System.Text.Json;
using YamlDotNet.RepresentationModel;

namespace Crik.ChartTests;

/// <summary>values.yaml, its schema and its README say the same.</summary>
public sealed class DocumentsTests
{
    [Fact]
    public void The_README_has_a_row_for_every_value_in_the_order_of_the_file()
    {
        const string Head = "| key | default | meaning |";
        string[] expected = [.. ValuesFile.Read().Select(row => $"| `{row.Key}` | `{row.Default}` | {row.Meaning} |")];

        string[] rows = [.. File.ReadLines(Path.Combine(Repository.Chart, "README.md")).SkipWhile(line => line != Head).Skip(2).TakeWhile(line => line.StartsWith('|'))];

        Assert.True(expected.Length > 40);
        Assert.True(expected.SequenceEqual(rows), $"the table of the README should be:\n\n{string.Join('\n', expected)}\n");
    }

    [Fact]
    public void The_schema_knows_the_keys_of_values_yaml_and_no_others()
    {
        using JsonDocument schema = JsonDocument.Parse(File.ReadAllText(Path.Combine(Repository.Chart, "values.schema.json")));

        string[] known = [.. Known("", schema.RootElement).Where(key => key != "global")];

        Assert.Equal(ValuesFile.Read().Select(row => row.Key).Order(StringComparer.Ordinal), known.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_key_below_the_top_of_the_schema_is_closed_to_unknown_ones()
    {
        using JsonDocument schema = JsonDocument.Parse(File.ReadAllText(Path.Combine(Repository.Chart, "values.schema.json")));
        string[] kubernetesOwn = ["global", "podSecurityContext", "securityContext"];

        string[] open = [.. schema.RootElement.GetProperty("properties").EnumerateObject()
            .Where(property => property.Value.TryGetProperty("type", out JsonElement type) && type.ToString() == "object" && !property.Value.TryGetProperty("additionalProperties", out _))
            .Select(property => property.Name)];

        Assert.Equal(kubernetesOwn, open);
    }

    [Fact]
    public void The_README_names_the_objects_that_the_templates_make()
    {
        string readme = File.ReadAllText(Path.Combine(Repository.Chart, "README.md"));
        IEnumerable<string> kinds = Directory.EnumerateFiles(Path.Combine(Repository.Chart, "templates"), "*.yaml")
            .SelectMany(File.ReadLines).Where(line => line.StartsWith("kind: ", StringComparison.Ordinal)).Select(line => line["kind: ".Length..]);

        // The binding goes by "its binding" there.
        Assert.All(kinds.Where(kind => kind != "ClusterRoleBinding"), kind => Assert.Contains(kind, readme, StringComparison.Ordinal));
    }

    [Fact]
    public void The_charts_version_is_the_programs()
    {
        YamlMappingNode chart = YamlNodes.Load(File.ReadAllText(Path.Combine(Repository.Chart, "Chart.yaml")));
        string version = typeof(DocumentsTests).Assembly.GetName().Version!.ToString(3);

        Assert.Equal((version, version), (chart.Text("version"), chart.Text("appVersion")));
    }

    /// <summary>A property is a row, unless it lists properties with rows of their own in values.yaml.</summary>
    private static IEnumerable<string> Known(string prefix, JsonElement schema)
    {
        foreach (JsonProperty property in schema.GetProperty("properties").EnumerateObject())
        {
            string path = prefix + property.Name;
            bool hasRows = ValuesFile.Read().Any(row => row.Key.StartsWith(path + ".", StringComparison.Ordinal));
            foreach (string key in hasRows ? Known(path + ".", property.Value) : [path])
            {
                yield return key;
            }
        }
    }
}
