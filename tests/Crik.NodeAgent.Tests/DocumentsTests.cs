using System.Reflection;
using System.Text.RegularExpressions;
using Crik.Contracts.PodCheckpoints;
using Crik.Hosting;
using Crik.NodeAgent.Configuration;
using Crik.NodeAgent.Work;

namespace Crik.NodeAgent.Tests;

/// <summary>Compares docs/node-agent.md, the CRD and charts/crik with the program.</summary>
public sealed class DocumentsTests
{
    private static readonly string[] s_lines = File.ReadAllLines(Repository.In("docs/node-agent.md"));
    private static readonly string s_crd = File.ReadAllText(Repository.In("charts/crik/crds/podcheckpoints.yaml"));

    [Fact]
    public void The_table_has_one_row_for_each_flag_with_its_variable_and_its_value_of_the_chart()
    {
        string values = File.ReadAllText(Repository.In("charts/crik/README.md"));
        foreach ((string flag, string variable) in CommandLine.Known())
        {
            string[] row = Assert.Single(s_lines, line => line.StartsWith($"| `{flag}` |", StringComparison.Ordinal)).Split('|', StringSplitOptions.TrimEntries);
            Assert.Contains($"`{variable}`", row[2], StringComparison.Ordinal);
            Assert.All(Regex.Matches(row[4], "`([^`]+)`"), value => Assert.Contains($"| `{value.Groups[1].Value}", values, StringComparison.Ordinal));
        }

        Assert.Equal(CommandLine.Known().Count(), s_lines.Count(line => line.StartsWith("| `--", StringComparison.Ordinal)));
    }

    [Fact]
    public void The_chart_sets_every_variable_that_has_a_meaning_in_a_pod_and_no_other()
    {
        string templates = string.Concat(Directory.EnumerateFiles(Repository.In("charts/crik/templates")).Select(File.ReadAllText));
        IEnumerable<string> set = Regex.Matches(templates, "CRIK_NODE_AGENT_[A-Z_]+").Select(match => match.Value).Distinct();

        Assert.Equal(
            CommandLine.Known().Select(known => known.Variable).Except(["CRIK_NODE_AGENT_KUBECONFIG", "CRIK_NODE_AGENT_BIND_ADDRESS"]).Order(StringComparer.Ordinal),
            set.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_metric_is_documented()
    {
        PrometheusText text = new();
        new CheckpointMetrics().WriteTo(text);
        IEnumerable<string> others = Regex.Matches(File.ReadAllText(Repository.In("src/Crik.NodeAgent/Serving/AgentMetrics.cs")), "\"(crik_[a-z_]+)\"").Select(match => match.Groups[1].Value);
        string all = string.Join('\n', s_lines);

        Assert.All(
            text.ToString().Split('\n').Where(line => line.StartsWith("# TYPE", StringComparison.Ordinal)).Select(line => line.Split(' ')[2]).Concat(others),
            name => Assert.Matches($"`{name}[`{{]", all));
    }

    [Fact]
    public void Every_reason_and_condition_has_a_row() =>
        Assert.All(Texts(typeof(PodCheckpointReasons)).Concat(Texts(typeof(PodCheckpointConditions))), name =>
            Assert.Single(s_lines, line => line.StartsWith($"| `{name}` |", StringComparison.Ordinal)));

    [Theory]
    [InlineData(typeof(PodCheckpointSpec))]
    [InlineData(typeof(PodCheckpointStatus))]
    [InlineData(typeof(ContainerCheckpoint))]
    [InlineData(typeof(Crik.Contracts.Conditions.Condition))]
    public void The_CRD_has_every_field_that_the_documents_have(Type document) =>
        Assert.All(document.GetProperties().Select(property => property.GetCustomAttribute<System.Text.Json.Serialization.JsonPropertyNameAttribute>()?.Name).OfType<string>(), name =>
            Assert.Matches($@"(?m)^\s+{name}:", s_crd));

    [Fact]
    public void The_CRD_is_the_one_that_the_program_asks_for()
    {
        Assert.Contains($"name: {PodCheckpointDocument.Plural}.{PodCheckpointDocument.Group}\n", s_crd, StringComparison.Ordinal);
        Assert.Contains($"name: {PodCheckpointDocument.Version}\n", s_crd, StringComparison.Ordinal);
        Assert.Contains($"kind: {PodCheckpointDocument.KindName},", s_crd, StringComparison.Ordinal);
    }

    private static IEnumerable<string> Texts(Type names) => names.GetFields().Where(field => field.IsLiteral).Select(field => (string)field.GetRawConstantValue()!);
}
