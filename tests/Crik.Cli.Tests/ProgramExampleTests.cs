using Crik.Configuration;
using Crik.Tests.Configuration;
using YamlDotNet.RepresentationModel;

namespace Crik.Tests;

/// <summary>
/// Checks the manifests in examples/programs, from which <c>make matrix</c> takes what it runs: their parts must refer to each other,
/// and crik must accept their configuration.
/// </summary>
public sealed class ProgramExampleTests : IDisposable
{
    private readonly ConfigurationFixture _fixture = new();

    public static TheoryData<string> Names => [.. FileNames("examples/programs", "*.yaml")];

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public void Every_program_of_the_matrix_has_a_manifest_and_a_row_in_the_table_of_programs()
    {
        string table = File.ReadAllText(Repository.In("docs/programs.md"));

        Assert.Equal(FileNames("tests/lab/matrix/programs", "*.py").Where(name => !name.StartsWith('_')).Order(), FileNames("examples/programs", "*.yaml").Order());
        Assert.All(FileNames("examples/programs", "*.yaml"), name => Assert.Contains($"](../examples/programs/{name}.yaml) | ", table, StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void The_configuration_loads_and_fits_the_Pod(string name)
    {
        Manifest manifest = new(name);
        File.WriteAllText(_fixture.FilePath, Text(manifest.ConfigMap["data"], "config.yaml"));

        CrikOptions options = _fixture.Load(new CommandLineOverrides());

        Assert.Equal(Text(Named(manifest.Mounts, "checkpoints"), "mountPath"), options.ImageDir);
        Assert.Equal($"{options.GracePeriod.TotalSeconds}", Text(manifest.Pod, "terminationGracePeriodSeconds"));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Everything_that_a_program_mounts_or_reads_exists(string name)
    {
        Manifest manifest = new(name);
        string[] claims = [.. Items(manifest.StatefulSet["spec"]["volumeClaimTemplates"]).Select(claim => Text(claim["metadata"], "name"))];

        Assert.Equal("/etc/crik", Text(Named(manifest.Mounts, "crik"), "mountPath"));
        Assert.Equal(Text(manifest.ConfigMap["metadata"], "name"), Text(Named(manifest.Pod["volumes"], "crik")["configMap"], "name"));
        Assert.Equal(Items(manifest.Mounts).Select(mount => Text(mount, "name")).Order(), claims.Append("crik").Order());
        Assert.All(
            Items(manifest.Container["args"]).Select(argument => argument.ToString()).Where(argument => argument.StartsWith("/etc/crik/", StringComparison.Ordinal)),
            path => Assert.NotEmpty(Text(manifest.ConfigMap["data"], Path.GetFileName(path))));
        Assert.All(manifest.Secrets, secret => Assert.NotEmpty(Text(secret.Object["stringData"], secret.Key)));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void The_container_has_two_additional_capabilities_and_nothing_else(string name)
    {
        YamlMappingNode security = (YamlMappingNode)new Manifest(name).Container["securityContext"];

        Assert.Equal(["capabilities", "seccompProfile"], security.Children.Keys.Select(key => key.ToString()));
        Assert.Equal(["CHECKPOINT_RESTORE", "SYS_PTRACE"], Items(security["capabilities"]["add"]).Select(item => item.ToString()));
        Assert.Equal("Unconfined", Text(security["seccompProfile"], "type"));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void The_selector_matches_the_Pods(string name)
    {
        YamlNode spec = new Manifest(name).StatefulSet["spec"];

        Assert.Equal(spec["selector"]["matchLabels"], spec["template"]["metadata"]["labels"]);
    }

    private static string[] FileNames(string directory, string pattern) =>
        [.. Directory.EnumerateFiles(Repository.In(directory), pattern).Select(path => Path.GetFileNameWithoutExtension(path))];

    private static IEnumerable<YamlNode> Items(YamlNode list) => ((YamlSequenceNode)list).Children;

    private static YamlNode Named(YamlNode list, string name) => Assert.Single(Items(list), item => Text(item, "name") == name);

    private static string Text(YamlNode node, string key) => ((YamlScalarNode)node[key]).Value!;

    private sealed class Manifest
    {
        private readonly List<YamlNode> _objects;

        public Manifest(string name)
        {
            YamlStream stream = [];
            stream.Load(new StringReader(File.ReadAllText(Repository.In($"examples/programs/{name}.yaml"))));
            _objects = [.. stream.Documents.Select(document => document.RootNode)];
        }

        public YamlNode ConfigMap => Of("ConfigMap");

        public YamlNode StatefulSet => Of("StatefulSet");

        public YamlNode Pod => StatefulSet["spec"]["template"]["spec"];

        public YamlNode Container => Pod["containers"][0];

        public YamlNode Mounts => Container["volumeMounts"];

        /// <summary>The values that its environment takes from a Secret.</summary>
        public IEnumerable<(YamlNode Object, string Key)> Secrets =>
            ((YamlMappingNode)Container).Children.TryGetValue("env", out YamlNode? variables)
                ? [.. Items(variables).OfType<YamlMappingNode>().Where(item => item.Children.ContainsKey("valueFrom")).Select(item => (Of("Secret"), Text(item["valueFrom"]["secretKeyRef"], "key")))]
                : [];

        private YamlNode Of(string kind) => Assert.Single(_objects, item => Text(item, "kind") == kind);
    }
}
