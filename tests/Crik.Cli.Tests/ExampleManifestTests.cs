using YamlDotNet.RepresentationModel;

namespace Crik.Tests;

/// <summary>Checks what every manifest in examples/ and examples/programs tells the kubelet and crik about its pods.</summary>
public sealed class ExampleManifestTests
{
    public static TheoryData<string> Manifests => [.. Directory.EnumerateFiles(Repository.In("examples"), "*.yaml", SearchOption.AllDirectories)
        .Select(path => Path.GetRelativePath(Repository.Root, path)).Where(path => Pods(path).Any())];

    [Theory]
    [MemberData(nameof(Manifests))]
    public void The_pod_gives_crik_the_grace_period_that_crik_counts_on(string path)
    {
        Assert.All(Pods(path), pod => Assert.Equal(Text(pod, "terminationGracePeriodSeconds") + "s", GracePeriod(path, pod)));
    }

    [Theory]
    [MemberData(nameof(Manifests))]
    public void An_image_that_is_built_on_the_way_is_not_pulled_at_every_start(string path)
    {
        Assert.All(Pods(path).SelectMany(pod => (YamlSequenceNode)pod["containers"]), container => Assert.Equal("IfNotPresent", Text(container, "imagePullPolicy")));
    }

    [Theory]
    [MemberData(nameof(Manifests))]
    public void Every_claim_shows_where_its_storage_class_is_named(string path)
    {
        string text = File.ReadAllText(Repository.In(path));

        Assert.Equal(text.Split("accessModes:").Length, text.Split("#storageClassName: NAME   # ").Length);
    }

    private static IEnumerable<YamlNode> Objects(string path)
    {
        YamlStream stream = [];
        stream.Load(new StringReader(File.ReadAllText(Repository.In(path))));
        return stream.Documents.Select(document => document.RootNode);
    }

    private static IEnumerable<YamlNode> Pods(string path) => Objects(path)
        .Where(item => item is YamlMappingNode map && map.Children.TryGetValue("spec", out YamlNode? spec) && spec is YamlMappingNode { Children: var children } && children.ContainsKey("template"))
        .Select(item => item["spec"]["template"]["spec"]);

    /// <summary>What crik reads: the variable, or else the configuration in the manifest's ConfigMap.</summary>
    private static string? GracePeriod(string path, YamlNode pod)
    {
        YamlMappingNode container = (YamlMappingNode)pod["containers"][0];
        string? variable = container.Children.TryGetValue("env", out YamlNode? variables)
            ? ((YamlSequenceNode)variables).Where(item => Text(item, "name") == "CRIK_GRACE_PERIOD").Select(item => Text(item, "value")).SingleOrDefault()
            : null;
        return variable ?? Objects(path).Where(item => Text(item, "kind") == "ConfigMap")
            .SelectMany(item => Text(item["data"], "config.yaml").Split('\n')).Single(line => line.StartsWith("gracePeriod: ", StringComparison.Ordinal))["gracePeriod: ".Length..];
    }

    private static string Text(YamlNode node, string key) => ((YamlScalarNode)node[key]).Value!;
}
