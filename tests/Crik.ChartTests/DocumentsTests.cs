using System.Text.Json;
using YamlDotNet.RepresentationModel;

namespace Crik.ChartTests;

/// <summary>Checks for each chart that values.yaml, values.schema.json, the templates and the README agree.</summary>
public sealed class DocumentsTests
{
    public static TheoryData<string> Charts => [.. Chart.All.Select(chart => chart.Name)];

    [Theory]
    [MemberData(nameof(Charts))]
    public void The_README_has_a_row_for_every_value_in_the_order_of_values_yaml(string chart)
    {
        const string Head = "| key | default | meaning |";
        string[] expected = [.. Chart.Named(chart).Values.Rows.Select(row => $"| `{row.Key}` | `{row.Default}` | {row.Meaning} |")];

        string[] rows = [.. Chart.Named(chart).Read("README.md").Split('\n').SkipWhile(line => line != Head).Skip(2).TakeWhile(line => line.StartsWith('|'))];

        Assert.True(expected.Length > 40);
        Assert.True(expected.SequenceEqual(rows), $"the table of the README should be:\n\n{string.Join('\n', expected)}\n");
    }

    [Theory]
    [MemberData(nameof(Charts))]
    public void The_schema_has_exactly_the_keys_of_values_yaml(string chart)
    {
        using JsonDocument schema = JsonDocument.Parse(Chart.Named(chart).Read("values.schema.json"));

        string[] known = [.. Known(Chart.Named(chart), "", schema.RootElement).Where(key => key != "global")];

        Assert.Equal(Chart.Named(chart).Values.Rows.Select(row => row.Key).Order(StringComparer.Ordinal), known.Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Charts))]
    public void Objects_in_the_schema_refuse_unknown_keys(string chart)
    {
        using JsonDocument schema = JsonDocument.Parse(Chart.Named(chart).Read("values.schema.json"));
        string[] checkedElsewhere = ["global", "node-state-server", "podSecurityContext", "securityContext"];

        string[] open = [.. schema.RootElement.GetProperty("properties").EnumerateObject()
            .Where(property => property.Value.TryGetProperty("type", out JsonElement type) && type.ToString() == "object" && !property.Value.TryGetProperty("additionalProperties", out _))
            .Select(property => property.Name)];

        Assert.Equal(checkedElsewhere.Where(key => chart == "crik" || key != "node-state-server"), open);
    }

    [Theory]
    [MemberData(nameof(Charts))]
    public void The_README_names_every_object_that_the_templates_make(string chart)
    {
        string readme = Chart.Named(chart).Read("README.md");
        IEnumerable<string> kinds = Directory.EnumerateFiles(Path.Combine(Chart.Named(chart).Directory, "templates"), "*.yaml")
            .SelectMany(File.ReadLines).Where(line => line.StartsWith("kind: ", StringComparison.Ordinal)).Select(line => line["kind: ".Length..]);

        // The README calls a ClusterRoleBinding or RoleBinding "its binding".
        Assert.All(kinds.Where(kind => !kind.EndsWith("Binding", StringComparison.Ordinal)), kind => Assert.Contains(kind, readme, StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Charts))]
    public void The_chart_has_the_version_of_the_program(string chart)
    {
        YamlMappingNode metadata = YamlNodes.Load(Chart.Named(chart).Read("Chart.yaml"));
        string version = typeof(DocumentsTests).Assembly.GetName().Version!.ToString(3);

        Assert.Equal((version, version), (metadata.Text("version"), metadata.Text("appVersion")));
    }

    /// <summary>
    /// Lists the keys in the schema. An object is listed only if its own keys have no rows in values.yaml.
    /// </summary>
    private static IEnumerable<string> Known(Chart chart, string prefix, JsonElement schema)
    {
        foreach (JsonProperty property in schema.GetProperty("properties").EnumerateObject())
        {
            string path = prefix + property.Name;
            bool hasRows = chart.Values.Rows.Any(row => row.Key.StartsWith(path + ".", StringComparison.Ordinal));
            foreach (string key in hasRows ? Known(chart, path + ".", property.Value) : [path])
            {
                yield return key;
            }
        }
    }
}
