using YamlDotNet.RepresentationModel;

namespace Crik.ChartTests;

/// <summary>Checks that the server has no rights on its node, and only the rights that it needs in the cluster.</summary>
public sealed class SecurityTests
{
    [ChartFact]
    public void Only_with_readPods_the_account_may_get_Pods_and_the_server_does()
    {
        Manifests manifests = Renderer.Render("--set", "nodeStateServer.readPods=true");

        Assert.Equal(["get,list,watch of nodes in ''", "get of pods in ''"], manifests["ClusterRole"].Items("rules").Select(Sentence));
        Assert.Equal("true", manifests.Variables["CRIK_SERVER_READ_PODS"]);
        Assert.DoesNotContain("CRIK_SERVER_READ_PODS", Renderer.Render().Variables.Keys);
    }

    [ChartTheory]
    [MemberData(nameof(ObjectsTests.ValueSets), MemberType = typeof(ObjectsTests))]
    public void The_container_has_no_rights_on_the_node(string values)
    {
        Manifests manifests = ObjectsTests.Render(values);
        YamlNode pod = manifests.Pod.At("securityContext"), container = manifests.Container.At("securityContext");

        Assert.Equal("true", pod.Text("runAsNonRoot"));
        Assert.NotEqual("0", pod.Text("runAsUser"));
        Assert.NotEqual("0", pod.Text("runAsGroup"));
        Assert.Equal("RuntimeDefault", pod.Text("seccompProfile", "type"));
        Assert.Equal("false", container.Text("allowPrivilegeEscalation"));
        Assert.Equal("true", container.Text("readOnlyRootFilesystem"));
        Assert.Equal(["ALL"], container.Texts("capabilities", "drop"));
        Assert.Null(container.Find("capabilities", "add"));
        Assert.DoesNotContain(manifests.Pod.Mappings(), node => node.Find("hostPath") is not null);
        Assert.All(["hostNetwork", "hostPID", "hostIPC"], key => Assert.Null(manifests.Pod.Find(key)));
    }

    [ChartTheory]
    [InlineData("defaults")]
    [InlineData("original")]
    public void The_account_may_get_list_and_watch_Nodes_and_nothing_else(string values)
    {
        Manifests manifests = ObjectsTests.Render(values);

        YamlNode rule = Assert.Single(manifests["ClusterRole"].Items("rules"));
        Assert.Equal("get,list,watch of nodes in ''", Sentence(rule));
        Assert.Equal(["apiGroups", "resources", "verbs"], ((YamlMappingNode)rule).Children.Keys.Select(key => key.ToString()));
        Assert.DoesNotContain(manifests.Kinds, kind => kind is "Role" or "RoleBinding");
    }

    [ChartFact]
    public void Only_with_requireToken_the_account_may_create_TokenReviews()
    {
        YamlNode role = Renderer.Render("--set", "nodeStateServer.requireToken=true")["ClusterRole"];

        Assert.Equal(["get,list,watch of nodes in ''", "create of tokenreviews in 'authentication.k8s.io'"], role.Items("rules").Select(Sentence));
    }

    [ChartTheory]
    [MemberData(nameof(ObjectsTests.ValueSets), MemberType = typeof(ObjectsTests))]
    public void The_rights_belong_to_the_account_of_the_servers(string values)
    {
        Manifests manifests = ObjectsTests.Render(values);
        YamlNode binding = manifests["ClusterRoleBinding"], account = manifests["ServiceAccount"];
        YamlNode subject = Assert.Single(binding.Items("subjects"));

        Assert.Equal(manifests["ClusterRole"].Text("metadata", "name"), binding.Text("roleRef", "name"));
        Assert.Equal(account.Text("metadata", "name"), subject.Text("name"));
        Assert.Equal(account.Text("metadata", "namespace"), subject.Text("namespace"));
        Assert.Equal(account.Text("metadata", "name"), manifests.Pod.Text("serviceAccountName"));
        Assert.Equal("true", manifests.Pod.Text("automountServiceAccountToken"));
        Assert.Equal("false", account.Text("automountServiceAccountToken"));
    }

    [ChartFact]
    public void An_existing_account_with_its_own_rights_can_be_used()
    {
        Manifests manifests = Renderer.Render("--set", "serviceAccount.create=false", "--set", "serviceAccount.name=given", "--set", "rbac.create=false");

        Assert.Equal(["PodDisruptionBudget", "Service", "Deployment"], manifests.Kinds);
        Assert.Equal("given", manifests.Pod.Text("serviceAccountName"));
    }

    private static string Sentence(YamlNode rule) =>
        $"{string.Join(',', rule.Texts("verbs"))} of {string.Join(',', rule.Texts("resources"))} in '{string.Join(',', rule.Texts("apiGroups"))}'";
}
