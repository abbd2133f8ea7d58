using YamlDotNet.RepresentationModel;

namespace Crik.ChartTests;

/// <summary>What Helm prints when it is done has to work as it is.</summary>
public sealed class NotesTests
{
    private const string Url = "nodeStateServerURL: ";

    [ChartTheory]
    [InlineData("defaults", "http://crik-node-state-server.crik-test.svc:9376")]
    [InlineData("original", "http://crik-node-state-server.crik-test.svc:9376")]
    [InlineData("everything", "http://node-states.crik-test.svc:80")]
    public void The_line_for_criks_configuration_names_the_Service(string values, string expected)
    {
        YamlNode service = ObjectsTests.Render(values)["Service"];
        YamlNode port = service.Items("spec", "ports").First(port => port.Text("targetPort") == "http");

        string url = Assert.Single(Lines(values), line => line.StartsWith(Url, StringComparison.Ordinal))[Url.Length..];

        Assert.Equal(expected, url);
        Assert.Equal($"http://{service.Text("metadata", "name")}.{service.Text("metadata", "namespace")}.svc:{port.Text("port")}", url);
        Assert.True(Uri.IsWellFormedUriString(url, UriKind.Absolute));
    }

    [ChartFact]
    public void The_variable_with_the_nodes_name_can_be_pasted_into_a_container()
    {
        string[] lines = Renderer.Notes().Split('\n');
        string snippet = string.Join('\n', lines.SkipWhile(line => line != "  env:").TakeWhile(line => line.Length > 0).Select(line => line[2..]));

        YamlNode variable = Assert.Single(YamlNodes.Load(snippet).Items("env"));

        Assert.Equal("KUBERNETES_NODE_NAME", variable.Text("name"));
        Assert.Equal("spec.nodeName", variable.Text("valueFrom", "fieldRef", "fieldPath"));
    }

    [ChartFact]
    public void The_commands_name_what_was_made()
    {
        string[] lines = Lines("everything"), open = Lines("defaults");

        Assert.Contains("kubectl --namespace crik-test rollout status deployment/node-states", lines);
        Assert.Contains("kubectl --namespace crik-test rollout status deployment/crik-node-state-server", open);
        Assert.Contains("kubectl get --raw /api/v1/namespaces/crik-test/services/crik-node-state-server:http/proxy/v1/nodes", open);
    }

    [ChartFact]
    public void Where_tokens_are_asked_for_the_notes_say_so_and_show_no_command_without_one()
    {
        string[] lines = Lines("everything");

        Assert.Contains(lines, line => line.Contains("has to send the token", StringComparison.Ordinal) && line.EndsWith("for the audience crik.", StringComparison.Ordinal));
        Assert.DoesNotContain(lines, line => line.Contains("/proxy/", StringComparison.Ordinal));
    }

    [ChartFact]
    public void Rights_that_were_not_made_are_asked_for()
    {
        string notes = Renderer.Notes("--set", "rbac.create=false", "--set", "nodeStateServer.requireToken=true");

        Assert.Contains("The service account crik-node-state-server must be allowed to\nget, list and watch nodes, and to create tokenreviews", notes, StringComparison.Ordinal);
        Assert.DoesNotContain("must be allowed", Renderer.Notes(), StringComparison.Ordinal);
    }

    private static string[] Lines(string values) => [.. Renderer.Notes(ObjectsTests.Arguments(values)).Split('\n').Select(line => line.Trim())];
}
