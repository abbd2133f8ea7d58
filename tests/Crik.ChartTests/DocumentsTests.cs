using System.Text.Json;
using YamlDotNet.RepresentationModel;

namespace Crik.ChartTests;

/// <summary>Checks that values.yaml, values.schema.json, the templates and the README agree.</summary>
public sealed class DocumentsTests
{
    [Fact]
    public void The_README_has_a_row_for_every_value_in_the_order_of_values_yaml()
    {
        const string Head = "| key | default | meaning |";
        string[] expected = [.. ValuesFile.Read().Select(row => $"| `{row.Key}` | `{row.Default}` | {row.Meaning} |")];

        string[] rows = [.. File.ReadLines(Path.Combine(ChartFiles.Chart, "README.md")).SkipWhile(line => line != Head).Skip(2).TakeWhile(line => line.StartsWith('|'))];

        Assert.True(expected.Length > 40);
        Assert.True(expected.SequenceEqual(rows), $"the table of the README should be:\n\n{string.Join('\n', expected)}\n");
    }

    [Fact]
    public void The_schema_has_exactly_the_keys_of_values_yaml()
    {
        using JsonDocument schema = JsonDocument.Parse(File.ReadAllText(Path.Combine(ChartFiles.Chart, "values.schema.json")));

        string[] known = [.. Known("", schema.RootElement).Where(key => key != "global")];

        Assert.Equal(ValuesFile.Read().Select(row => row.Key).Order(StringComparer.Ordinal), known.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Objects_in_the_schema_refuse_unknown_keys()
    {
        using JsonDocument schema = JsonDocument.Parse(File.ReadAllText(Path.Combine(ChartFiles.Chart, "values.schema.json")));
        string[] kubernetesOwn = ["global", "podSecurityContext", "securityContext"];

        string[] open = [.. schema.RootElement.GetProperty("properties").EnumerateObject()
            .Where(property => property.Value.TryGetProperty("type", out JsonElement type) && type.ToString() == "object" && !property.Value.TryGetProperty("additionalProperties", out _))
            .Select(property => property.Name)];

        Assert.Equal(kubernetesOwn, open);
    }

    [Fact]
    public void The_README_names_every_object_that_the_templates_make()
    {
        string readme = File.ReadAllText(Path.Combine(ChartFiles.Chart, "README.md"));
        IEnumerable<string> kinds = Directory.EnumerateFiles(Path.Combine(ChartFiles.Chart, "templates"), "*.yaml")
            .SelectMany(File.ReadLines).Where(line => line.StartsWith("kind: ", StringComparison.Ordinal)).Select(line => line["kind: ".Length..]);

        // The README calls the ClusterRoleBinding "its binding".
        Assert.All(kinds.Where(kind => kind != "ClusterRoleBinding"), kind => Assert.Contains(kind, readme, StringComparison.Ordinal));
    }

    [Fact]
    public void The_chart_has_the_version_of_the_program()
    {
        YamlMappingNode chart = YamlNodes.Load(File.ReadAllText(Path.Combine(ChartFiles.Chart, "Chart.yaml")));
        string version = typeof(DocumentsTests).Assembly.GetName().Version!.ToString(3);

        Assert.Equal((version, version), (chart.Text("version"), chart.Text("appVersion")));
    }

    /// <summary>
    /// Lists the keys in the schema. An object is listed only if its own keys have no rows in values.yaml.
    /// </summary>
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
