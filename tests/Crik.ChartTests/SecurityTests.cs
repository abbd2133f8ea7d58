using YamlDotNet.RepresentationModel;

namespace Crik.ChartTests;

/// <summary>Checks that the server has no rights on its node, and only the rights that it needs in the cluster.</summary>
public sealed class SecurityTests
{
    [ChartFact]
    public void Only_with_readPods_the_account_may_get_Pods_and_the_server_does()
    {
        Manifests manifests = Chart.NodeStateServer.Render("--set", "nodeStateServer.readPods=true");

        Assert.Equal(["list,watch of nodes in ''", "get of pods in ''"], manifests["ClusterRole"].Items("rules").Select(Manifests.Sentence));
        Assert.Equal("true", manifests.Variables["CRIK_SERVER_READ_PODS"]);
        Assert.DoesNotContain("CRIK_SERVER_READ_PODS", Chart.NodeStateServer.Render().Variables.Keys);
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
    public void The_account_may_list_and_watch_Nodes_and_nothing_else(string values)
    {
        Manifests manifests = ObjectsTests.Render(values);

        YamlNode rule = Assert.Single(manifests["ClusterRole"].Items("rules"));
        Assert.Equal("list,watch of nodes in ''", Manifests.Sentence(rule));
        Assert.Equal(["apiGroups", "resources", "verbs"], ((YamlMappingNode)rule).Children.Keys.Select(key => key.ToString()));
        Assert.DoesNotContain(manifests.Kinds, kind => kind is "Role" or "RoleBinding");
    }

    [ChartFact]
    public void Only_with_requireToken_the_account_may_review_callers()
    {
        YamlNode role = Chart.NodeStateServer.Render("--set", "nodeStateServer.requireToken=true").Named("ClusterRole", "crik-node-state-server");

        Assert.Equal(
            ["list,watch of nodes in ''", "create of tokenreviews in 'authentication.k8s.io'", "create of subjectaccessreviews in 'authorization.k8s.io'"],
            role.Items("rules").Select(Manifests.Sentence));
    }

    [ChartFact]
    public void With_requireToken_all_service_accounts_or_the_named_callers_may_get_the_path_that_the_server_checks()
    {
        Manifests manifests = Chart.NodeStateServer.Render("--set", "nodeStateServer.requireToken=true");
        YamlNode role = manifests.Named("ClusterRole", "crik-node-state-server-caller"), binding = manifests.Named("ClusterRoleBinding", "crik-node-state-server-caller");
        YamlNode rule = Assert.Single(role.Items("rules"));

        Assert.Equal(("/v1/nodes", "get"), (Assert.Single(rule.Texts("nonResourceURLs")), Assert.Single(rule.Texts("verbs"))));
        Assert.Equal(role.Text("metadata", "name"), binding.Text("roleRef", "name"));
        Assert.Equal("system:serviceaccounts", Assert.Single(binding.Items("subjects")).Text("name"));

        YamlNode own = ObjectsTests.Render("everything").Named("ClusterRoleBinding", "node-states-caller");
        Assert.Equal(["web", "shop"], [Assert.Single(own.Items("subjects")).Text("name"), own.Items("subjects").Single().Text("namespace")]);
        Assert.DoesNotContain(
            Chart.NodeStateServer.Render("--set", "nodeStateServer.requireToken=true", "--set", "nodeStateServer.callers=null").All,
            item => item.Text("kind") == "ClusterRoleBinding" && item.Text("metadata", "name").EndsWith("-caller", StringComparison.Ordinal));
    }

    [ChartFact]
    public void The_certificate_is_mounted_where_the_server_reads_it()
    {
        Manifests manifests = ObjectsTests.Render("everything");
        YamlNode volume = manifests.Pod.Items("volumes").Single(volume => volume.Text("name") == "tls");
        YamlNode mount = manifests.Container.Items("volumeMounts").Single(mount => mount.Text("name") == "tls");

        Assert.Equal("node-states-tls", volume.Text("secret", "secretName"));
        Assert.Equal($"{mount.Text("mountPath")}/tls.crt", manifests.Variables["CRIK_SERVER_TLS_CERT_FILE"]);
        Assert.Equal($"{mount.Text("mountPath")}/tls.key", manifests.Variables["CRIK_SERVER_TLS_PRIVATE_KEY_FILE"]);
        Assert.Null(mount.Find("subPath")); // the kubelet would not renew such a file
    }

    [ChartTheory]
    [MemberData(nameof(ObjectsTests.ValueSets), MemberType = typeof(ObjectsTests))]
    public void The_rights_belong_to_the_account_of_the_servers(string values)
    {
        Manifests manifests = ObjectsTests.Render(values);
        string name = manifests["Deployment"].Text("metadata", "name");
        YamlNode binding = manifests.Named("ClusterRoleBinding", name), account = manifests["ServiceAccount"];
        YamlNode subject = Assert.Single(binding.Items("subjects"));

        Assert.Equal(manifests.Named("ClusterRole", name).Text("metadata", "name"), binding.Text("roleRef", "name"));
        Assert.Equal(account.Text("metadata", "name"), subject.Text("name"));
        Assert.Equal(account.Text("metadata", "namespace"), subject.Text("namespace"));
        Assert.Equal(account.Text("metadata", "name"), manifests.Pod.Text("serviceAccountName"));
        Assert.Equal("true", manifests.Pod.Text("automountServiceAccountToken"));
        Assert.Equal("false", account.Text("automountServiceAccountToken"));
    }

    [ChartFact]
    public void An_existing_account_with_its_own_rights_can_be_used()
    {
        Manifests manifests = Chart.NodeStateServer.Render("--set", "serviceAccount.create=false", "--set", "serviceAccount.name=given", "--set", "rbac.create=false");

        Assert.Equal(["PodDisruptionBudget", "Service", "Deployment"], manifests.Kinds);
        Assert.Equal("given", manifests.Pod.Text("serviceAccountName"));
    }
}
