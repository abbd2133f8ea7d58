using YamlDotNet.RepresentationModel;

namespace Crik.ChartTests;

/// <summary>The objects that the chart makes, in their order.</summary>
internal sealed class Manifests
{
    private readonly YamlNode[] _objects;

    public Manifests(string text)
    {
        YamlStream stream = [];
        stream.Load(new StringReader(text));
        _objects = [.. stream.Documents.Select(document => document.RootNode)];
    }

    public Manifests(IEnumerable<YamlNode> objects)
    {
        _objects = [.. objects];
    }

    public IReadOnlyList<YamlNode> All => _objects;

    public IEnumerable<string> Kinds => _objects.Select(node => node.Text("kind"));

    public YamlNode this[string kind] => Assert.Single(_objects, node => node.Text("kind") == kind);

    public YamlNode Named(string kind, string name) => Assert.Single(_objects, node => node.Text("kind") == kind && node.Text("metadata", "name") == name);

    public YamlNode Pod => this["Deployment"].At("spec", "template", "spec");

    public YamlNode Container => Assert.Single(Pod.Items("containers"));

    public YamlNode PodLabels => this["Deployment"].At("spec", "template", "metadata", "labels");

    /// <summary>The labels by which the objects select the Pods of the Deployment.</summary>
    public IReadOnlyList<Dictionary<string, string>> Selectors =>
    [
        this["Deployment"].Map("spec", "selector", "matchLabels"),
        this["Service"].Map("spec", "selector"),
        this["PodDisruptionBudget"].Map("spec", "selector", "matchLabels"),
        .. Pod.At("affinity").Mappings().Where(node => node.Find("labelSelector") is not null).Select(node => node.Map("labelSelector", "matchLabels")),
        .. Pod.Items("topologySpreadConstraints").Select(node => node.Map("labelSelector", "matchLabels")),
        .. All.Where(item => item.Text("kind") == "NetworkPolicy").Select(policy => policy.Map("spec", "podSelector", "matchLabels")),
    ];

    public Dictionary<string, string> Ports => Container.Items("ports").ToDictionary(port => port.Text("name"), port => port.Text("containerPort"));

    /// <summary>The variables that have a value in the manifest, not one that Kubernetes finds out.</summary>
    public Dictionary<string, string> Variables => Container.Items("env")
        .Where(variable => variable.Find("value") is not null)
        .ToDictionary(variable => variable.Text("name"), variable => variable.Text("value"));

    public string[] Arguments => [.. Container.Items("args").Select(argument => argument.ToString())];

    /// <summary>Writes a rule of a role on one line: `get of pods in ''`.</summary>
    public static string Sentence(YamlNode rule)
    {
        string names = rule.Find("resourceNames") is null ? "" : $" named {string.Join(',', rule.Texts("resourceNames"))}";
        return $"{string.Join(',', rule.Texts("verbs"))} of {string.Join(',', rule.Texts("resources"))} in '{string.Join(',', rule.Texts("apiGroups"))}'{names}";
    }
}
