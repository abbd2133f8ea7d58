using Crik.Configuration;
using Crik.Tests.Configuration;
using YamlDotNet.RepresentationModel;

namespace Crik.Tests;

/// <summary>Checks examples/statefulset.yaml: its parts must refer to each other, and crik must accept its configuration.</summary>
public sealed class StatefulSetExampleTests : IDisposable
{
    private readonly ConfigurationFixture _fixture = new();
    private readonly YamlNode _configMap;
    private readonly YamlNode _statefulSet;

    public StatefulSetExampleTests()
    {
        YamlStream stream = [];
        stream.Load(new StringReader(File.ReadAllText(Repository.In("examples/statefulset.yaml"))));
        _configMap = Assert.Single(stream.Documents, document => Text(document.RootNode, "kind") == "ConfigMap").RootNode;
        _statefulSet = Assert.Single(stream.Documents, document => Text(document.RootNode, "kind") == "StatefulSet").RootNode;
    }

    private YamlNode Pod => _statefulSet["spec"]["template"]["spec"];

    private YamlNode Container => Pod["containers"][0];

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public void The_configuration_loads_and_fits_the_Pod()
    {
        Dictionary<string, string> environment = new() { [Text(Container["env"][0], "name")] = "node-1" };
        File.WriteAllText(_fixture.FilePath, Text(_configMap["data"], "config.yaml"));

        CrikOptions options = _fixture.Load(new CommandLineOverrides(), environment);

        Assert.Equal(Text(Named(Container["volumeMounts"], "checkpoints"), "mountPath"), options.ImageDir);
        Assert.Equal($"{options.GracePeriod.TotalSeconds}", Text(Pod, "terminationGracePeriodSeconds"));
        Assert.NotNull(options.NodeStateServerUrl);
    }

    [Fact]
    public void The_volumes_are_mounted_where_crik_looks()
    {
        Assert.Equal("/etc/crik", Text(Named(Container["volumeMounts"], "crik"), "mountPath"));
        Assert.Equal(Text(_configMap["metadata"], "name"), Text(Named(Pod["volumes"], "crik")["configMap"], "name"));
        Assert.Equal("checkpoints", Text(_statefulSet["spec"]["volumeClaimTemplates"][0]["metadata"], "name"));
    }

    [Fact]
    public void The_container_knows_its_node_name_and_has_two_additional_capabilities()
    {
        YamlMappingNode security = (YamlMappingNode)Container["securityContext"];

        Assert.Equal("spec.nodeName", Text(Named(Container["env"], "KUBERNETES_NODE_NAME")["valueFrom"]["fieldRef"], "fieldPath"));
        Assert.Equal(["capabilities", "seccompProfile"], security.Children.Keys.Select(key => key.ToString()));
        Assert.Equal(["CHECKPOINT_RESTORE", "SYS_PTRACE"], ((YamlSequenceNode)security["capabilities"]["add"]).Children.Select(item => item.ToString()));
        Assert.Equal("Unconfined", Text(security["seccompProfile"], "type"));
    }

    [Fact]
    public void The_selector_matches_the_Pods()
    {
        Assert.Equal(_statefulSet["spec"]["selector"]["matchLabels"], _statefulSet["spec"]["template"]["metadata"]["labels"]);
    }

    private static YamlNode Named(YamlNode list, string name) => Assert.Single((YamlSequenceNode)list, item => Text(item, "name") == name);

    private static string Text(YamlNode node, string key) => ((YamlScalarNode)node[key]).Value!;
}
