using YamlDotNet.RepresentationModel;

namespace Crik.ChartTests;

/// <summary>
/// Checks that the lines and commands in the notes, which Helm prints after an installation, work unchanged.
/// </summary>
public sealed class NotesTests
{
    private const string Url = "nodeStateServerURL: ";

    [ChartTheory]
    [InlineData("defaults", "http://crik-node-state-server.crik-test.svc:9376")]
    [InlineData("original", "http://crik-node-state-server.crik-test.svc:9376")]
    [InlineData("everything", "https://node-states.crik-test.svc:80")]
    public void The_line_for_the_configuration_of_crik_has_the_address_of_the_Service(string values, string expected)
    {
        YamlNode service = ObjectsTests.Render(values)["Service"];
        YamlNode port = service.Items("spec", "ports").First(port => port.Text("targetPort") == "http");

        string url = Assert.Single(Lines(values), line => line.StartsWith(Url, StringComparison.Ordinal))[Url.Length..];

        Assert.Equal(expected, url);
        Assert.EndsWith($"://{service.Text("metadata", "name")}.{service.Text("metadata", "namespace")}.svc:{port.Text("port")}", url, StringComparison.Ordinal);
        Assert.True(Uri.IsWellFormedUriString(url, UriKind.Absolute));
    }

    [ChartFact]
    public void The_variable_with_the_name_of_the_node_can_be_copied_into_a_container()
    {
        YamlNode variable = Assert.Single(Snippet("env", "defaults").Items("env"));

        Assert.Equal("KUBERNETES_NODE_NAME", variable.Text("name"));
        Assert.Equal("spec.nodeName", variable.Text("valueFrom", "fieldRef", "fieldPath"));
    }

    [ChartFact]
    public void With_requireToken_the_notes_name_a_token_file()
    {
        Assert.DoesNotContain("nodeStateTokenFile", Chart.NodeStateServer.Notes(), StringComparison.Ordinal);
        Assert.Contains("nodeStateTokenFile: /var/run/secrets/crik/token", Chart.NodeStateServer.Notes("--set", "nodeStateServer.requireToken=true"), StringComparison.Ordinal);
    }

    [ChartTheory]
    [InlineData("", "crik-node-state-server", "http://localhost:9376/v1/nodes")]
    [InlineData("crik", "crik", "https://localhost:9376/v1/nodes")]
    public void With_requireToken_the_notes_send_no_token_for_the_API_server(string audience, string expected, string url)
    {
        string[] tls = audience == "" ? [] : ["--set", "nodeStateServer.tlsSecret=tls"];
        string notes = Chart.NodeStateServer.Notes(["--set", "nodeStateServer.requireToken=true", "--set", $"nodeStateServer.tokenAudience={audience}", .. tls]);

        Assert.DoesNotContain("serviceaccount/token", notes, StringComparison.Ordinal);
        Assert.DoesNotContain("/proxy/", notes, StringComparison.Ordinal);
        Assert.Contains($"audience: \"{expected}\"", notes, StringComparison.Ordinal);
        string command = Assert.Single(notes.Split('\n'), line => line.Contains("create token", StringComparison.Ordinal));
        Assert.Contains($"--audience={expected})", command, StringComparison.Ordinal);
        Assert.EndsWith(url, command, StringComparison.Ordinal);
        Assert.Contains("port-forward service/crik-node-state-server 9376:9376", notes, StringComparison.Ordinal);
        Assert.Equal(tls.Length == 0, notes.Contains("travel over plain HTTP", StringComparison.Ordinal));
        Assert.Equal(tls.Length > 0, notes.Contains("nodeStateServerCAFile: ", StringComparison.Ordinal));
    }

    [ChartFact]
    public void A_token_for_an_audience_is_mounted_at_the_path_in_the_configuration()
    {
        YamlNode mount = Assert.Single(Snippet("volumeMounts", "everything").Items("volumeMounts"));
        YamlNode volume = Assert.Single(Snippet("volumes", "everything").Items("volumes"));
        YamlNode source = Assert.Single(volume.Items("projected", "sources")).At("serviceAccountToken");

        Assert.Equal(volume.Text("name"), mount.Text("name"));
        Assert.Equal("crik", source.Text("audience"));
        Assert.Contains($"nodeStateTokenFile: {mount.Text("mountPath")}/{source.Text("path")}", Lines("everything"));
    }

    [ChartFact]
    public void The_examples_have_the_same_address_as_the_notes()
    {
        string line = Chart.NodeStateServer.Notes("--namespace", "kube-system").Split('\n').Single(line => line.Contains(Url, StringComparison.Ordinal)).Trim();

        Assert.Contains($"    {line}\n", File.ReadAllText(Repository.In("examples/statefulset.yaml")), StringComparison.Ordinal);
        Assert.Contains($"    #{line}\n", File.ReadAllText(Repository.In("examples/configmap.yaml")), StringComparison.Ordinal);
        Assert.Contains($"{line}\n", File.ReadAllText(Path.Combine(Chart.NodeStateServer.Directory, "README.md")), StringComparison.Ordinal);
    }

    [ChartFact]
    public void The_commands_have_the_names_of_the_created_objects()
    {
        string[] lines = Lines("everything"), open = Lines("defaults");

        Assert.Contains("kubectl --namespace crik-test rollout status deployment/node-states", lines);
        Assert.Contains("kubectl --namespace crik-test rollout status deployment/crik-node-state-server", open);
        Assert.Contains("kubectl get --raw /api/v1/namespaces/crik-test/services/crik-node-state-server:http/proxy/v1/nodes", open);
    }

    [ChartFact]
    public void Without_rbac_create_the_notes_say_which_rights_are_needed()
    {
        string notes = Chart.NodeStateServer.Notes("--set", "rbac.create=false", "--set", "nodeStateServer.requireToken=true");

        Assert.Contains(
            "Allow the service account crik-node-state-server to\nlist and watch nodes, and to create tokenreviews", notes, StringComparison.Ordinal);
        Assert.DoesNotContain("Allow the service account", Chart.NodeStateServer.Notes(), StringComparison.Ordinal);
    }

    private static string[] Lines(string values) => [.. Chart.NodeStateServer.Notes(ObjectsTests.Arguments(values)).Split('\n').Select(line => line.Trim())];

    /// <summary>Returns the YAML under a key in the notes, as a user would copy it.</summary>
    private static YamlMappingNode Snippet(string key, string values)
    {
        IEnumerable<string> lines = Chart.NodeStateServer.Notes(ObjectsTests.Arguments(values)).Split('\n');
        return YamlNodes.Load(string.Join('\n', lines.SkipWhile(line => line != $"  {key}:").TakeWhile(line => line.Length > 0).Select(line => line[2..])));
    }
}
