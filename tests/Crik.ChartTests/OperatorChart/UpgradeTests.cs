using YamlDotNet.RepresentationModel;
using YamlDotNet.Serialization;

namespace Crik.ChartTests.OperatorChart;

/// <summary>
/// Checks that a release of charts/node-state-server can become one of charts/crik: the objects of the node state server
/// are the same. Kubernetes would refuse another selector, and another name would be another server.
/// </summary>
public sealed class UpgradeTests
{
    [ChartTheory]
    [InlineData("defaults")]
    [InlineData("original")]
    [InlineData("everything")]
    public void With_the_same_values_below_its_key_the_node_state_server_stays_as_it_is(string values)
    {
        Manifests before = ObjectsTests.Render(values);
        Manifests after = Chart.Crik.Render([.. Arguments(values, out TempFile moved), "--set", "nodeStateServer.enabled=true"]);
        using (moved)
        {
            Assert.True(before.All.Count > 5);
            Assert.Equal(before.All.Select(Text), after.All.Where(OperatorManifests.IsOfSubchart).Select(Text));
        }
    }

    [ChartFact]
    public void Without_the_node_state_server_its_values_may_stay()
    {
        string[] arguments = Arguments("everything", out TempFile moved);
        using (moved)
        {
            Assert.DoesNotContain(Chart.Crik.Render(arguments).All, OperatorManifests.IsOfSubchart);
        }
    }

    [ChartFact]
    public void No_object_of_the_operator_has_the_name_of_one_of_the_node_state_server()
    {
        (string Kind, string Name)[] names =
            [.. Chart.Crik.Render("--set", "nodeStateServer.enabled=true").All.Select(item => (item.Text("kind"), item.Text("metadata", "name")))];

        Assert.Equal(names.Distinct(), names);
    }

    [Fact]
    public void The_chart_depends_on_the_version_of_the_node_state_servers_chart_that_its_link_leads_to()
    {
        YamlNode dependency = Assert.Single(YamlNodes.Load(Chart.Crik.Read("Chart.yaml")).Items("dependencies"));
        YamlMappingNode linked = YamlNodes.Load(Chart.Crik.Read("charts/node-state-server/Chart.yaml"));

        Assert.Equal((linked.Text("name"), linked.Text("version")), (dependency.Text("name"), dependency.Text("version")));
        Assert.Equal("../../node-state-server", new DirectoryInfo(Path.Combine(Chart.Crik.Directory, "charts/node-state-server")).LinkTarget);
    }

    /// <summary>Returns the arguments of a release, with its values moved below the key of the subchart.</summary>
    private static string[] Arguments(string values, out TempFile moved)
    {
        string[] lines = values == "defaults" ? [] : File.ReadAllLines(ChartFiles.Values(values));
        moved = new TempFile($"node-state-server:\n{string.Join('\n', lines.Select(line => "  " + line))}\n");
        return ["--release", "release-1", "--namespace", "crik-test", "--values", moved.Path];
    }

    private static string Text(YamlNode node) => new SerializerBuilder().Build().Serialize(node);
}
