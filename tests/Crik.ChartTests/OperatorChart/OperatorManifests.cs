using YamlDotNet.RepresentationModel;

namespace Crik.ChartTests.OperatorChart;

/// <summary>Renders the chart of crik. Its objects in namespace `crik-test` are those of release `release-1`.</summary>
internal static class OperatorManifests
{
    public static TheoryData<string> ValueSets => ["defaults", "crik"];

    public static string[] Arguments(string values, params string[] arguments) => ObjectsTests.Arguments(values, arguments);

    /// <summary>Renders what the chart makes, without the objects of the node state server.</summary>
    public static Manifests Render(string values, params string[] arguments) =>
        new(Chart.Crik.Render(Arguments(values, arguments)).All.Where(item => !IsOfSubchart(item)));

    public static bool IsOfSubchart(YamlNode item) => item.Text("metadata", "labels", "app.kubernetes.io/component") == "node-state-server";
}
