using YamlDotNet.RepresentationModel;

namespace Crik.ChartTests.OperatorChart;

/// <summary>Checks that the operator has no rights on its node, and only the rights that it needs in the cluster.</summary>
public sealed class OperatorSecurityTests
{
    private static readonly string[] s_rules =
    [
        "get,list,watch of namespaces in ''",
        "get of replicasets,deployments in 'apps'",
        "get of jobs in 'batch'",
        "get of secrets in ''",
        "list,watch of pods,nodes in ''",
        "get,list of podcheckpoints in 'crik.dev'",
        "get,create of persistentvolumeclaims in ''",
        "get,create,patch of events in ''",
        "get,patch of mutatingwebhookconfigurations in 'admissionregistration.k8s.io' named crik-operator",
    ];

    public static TheoryData<string> ValueSets => OperatorManifests.ValueSets;

    [ChartTheory]
    [MemberData(nameof(ValueSets))]
    public void The_container_has_no_rights_on_the_node(string values)
    {
        Manifests manifests = OperatorManifests.Render(values);
        YamlNode pod = manifests.Pod.At("securityContext"), container = manifests.Container.At("securityContext");

        Assert.Equal("true", pod.Text("runAsNonRoot"));
        Assert.NotEqual("0", pod.Text("runAsUser"));
        Assert.Equal("RuntimeDefault", pod.Text("seccompProfile", "type"));
        Assert.Equal(("false", "true"), (container.Text("allowPrivilegeEscalation"), container.Text("readOnlyRootFilesystem")));
        Assert.Equal(["ALL"], container.Texts("capabilities", "drop"));
        Assert.Null(container.Find("capabilities", "add"));
        Assert.DoesNotContain(manifests.Pod.Mappings(), node => node.Find("hostPath") is not null);
        Assert.All(["hostNetwork", "hostPID", "hostIPC"], key => Assert.Null(manifests.Pod.Find(key)));
    }

    [ChartFact]
    public void The_image_has_the_user_and_the_ports_of_the_chart()
    {
        string[] lines = File.ReadAllLines(Repository.In("Dockerfile.operator"));
        Manifests manifests = OperatorManifests.Render("defaults");
        YamlNode pod = manifests.Pod.At("securityContext");

        Assert.Contains($"USER {pod.Text("runAsUser")}:{pod.Text("runAsGroup")}", lines);
        Assert.Contains($"EXPOSE {string.Join(' ', manifests.Container.Items("ports").Select(port => port.Text("containerPort")))}", lines);
        Assert.Equal("ENTRYPOINT [\"/usr/local/bin/crik-operator\"]", lines[^1]);
    }

    [ChartFact]
    public void The_account_has_exactly_these_rights_in_the_cluster() =>
        Assert.Equal(s_rules, OperatorManifests.Render("defaults")["ClusterRole"].Items("rules").Select(Manifests.Sentence));

    [ChartFact]
    public void Only_with_migration_the_account_may_move_pods()
    {
        Manifests manifests = OperatorManifests.Render("defaults", "--set", "migration.enabled=true");

        Assert.Equal(
            [
                .. s_rules[..8],
                "get,list,watch,patch of podmigrations in 'crik.dev'",
                "update of podmigrations/status in 'crik.dev'",
                "create,delete of podcheckpoints in 'crik.dev'",
                "get,create,patch,delete of pods in ''",
                "get,create of pods/exec in ''",
                "list of replicasets in 'apps'",
                "get of persistentvolumes in ''",
                "list of csinodes,volumeattachments in 'storage.k8s.io'",
                s_rules[8],
            ],
            manifests["ClusterRole"].Items("rules").Select(Manifests.Sentence));
        Assert.Equal("true", manifests.Variables["CRIK_OPERATOR_MIGRATION"]);
        Assert.DoesNotContain("CRIK_OPERATOR_MIGRATION", OperatorManifests.Render("defaults").Variables.Keys);
    }

    [ChartFact]
    public void Only_with_eviction_requests_the_account_may_answer_them_and_make_moves()
    {
        Manifests manifests = OperatorManifests.Render("defaults", "--set", "migration.enabled=true", "--set", "migration.evictionRequests.enabled=true");

        Assert.Equal(
            [
                "get,list,watch of evictions in 'lifecycle.k8s.io'",
                "update of evictions/status in 'lifecycle.k8s.io'",
                "create,delete of podmigrations in 'crik.dev'",
                s_rules[8],
            ],
            manifests["ClusterRole"].Items("rules").Select(Manifests.Sentence).Skip(16));
        Assert.Equal("true", manifests.Variables["CRIK_OPERATOR_EVICTION_REQUESTS"]);

        Assert.Contains(
            "migration.evictionRequests.enabled: needs migration.enabled",
            Chart.Crik.Refuse(OperatorManifests.Arguments("defaults", ["--set", "migration.evictionRequests.enabled=true"])),
            StringComparison.Ordinal);
    }

    [ChartFact]
    public void Without_readPullSecrets_the_account_may_get_no_Secret_of_others()
    {
        Manifests manifests = OperatorManifests.Render("defaults", "--set", "registry.readPullSecrets=false");

        Assert.Equal(s_rules.Where(rule => rule != "get of secrets in ''"), manifests["ClusterRole"].Items("rules").Select(Manifests.Sentence));
    }

    [ChartTheory]
    [MemberData(nameof(ValueSets))]
    public void In_its_namespace_the_account_may_write_the_Secret_and_the_Lease_that_the_operator_is_told(string values)
    {
        Manifests manifests = OperatorManifests.Render(values);
        Dictionary<string, string> variables = manifests.Variables;

        Assert.Equal(
            [
                "create of secrets in ''",
                $"get,update of secrets in '' named {variables["CRIK_OPERATOR_NAME"]}-certificates",
                "create of leases in 'coordination.k8s.io'",
                $"get,update of leases in 'coordination.k8s.io' named {variables["CRIK_OPERATOR_NAME"]}",
            ],
            manifests["Role"].Items("rules").Select(Manifests.Sentence));
    }

    [ChartTheory]
    [MemberData(nameof(ValueSets))]
    public void The_rights_belong_to_the_account_of_the_operators(string values)
    {
        Manifests manifests = OperatorManifests.Render(values);
        YamlNode account = manifests["ServiceAccount"];

        Assert.All(["ClusterRole", "Role"], kind =>
        {
            YamlNode binding = manifests[kind + "Binding"], subject = Assert.Single(binding.Items("subjects"));
            Assert.Equal((kind, manifests[kind].Text("metadata", "name")), (binding.Text("roleRef", "kind"), binding.Text("roleRef", "name")));
            Assert.Equal((account.Text("metadata", "name"), "crik-test"), (subject.Text("name"), subject.Text("namespace")));
        });
        Assert.Equal(account.Text("metadata", "name"), manifests.Pod.Text("serviceAccountName"));
        Assert.Equal(("true", "false"), (manifests.Pod.Text("automountServiceAccountToken"), account.Text("automountServiceAccountToken")));
    }

    [ChartFact]
    public void An_existing_account_with_its_own_rights_can_be_used()
    {
        Manifests manifests = OperatorManifests.Render(
            "defaults", "--set", "serviceAccount.create=false", "--set", "serviceAccount.name=given", "--set", "rbac.create=false");

        Assert.Equal(["PodDisruptionBudget", "Service", "Deployment", "MutatingWebhookConfiguration"], manifests.Kinds);
        Assert.Equal("given", manifests.Pod.Text("serviceAccountName"));
    }

    [ChartTheory]
    [InlineData("registry.caSecret", "secret", "secretName")]
    [InlineData("registry.caConfigMap", "configMap", "name")]
    public void The_authorities_of_registries_are_mounted_where_the_operator_reads_them(string key, string kind, string name)
    {
        Manifests manifests = OperatorManifests.Render("defaults", "--set", $"{key}=registry-ca");
        YamlNode volume = Assert.Single(manifests.Pod.Items("volumes")), mount = Assert.Single(manifests.Container.Items("volumeMounts"));

        Assert.Equal("registry-ca", volume.Text(kind, name));
        Assert.Equal(volume.Text("name"), mount.Text("name"));
        Assert.Equal($"{mount.Text("mountPath")}/ca.crt", manifests.Variables["CRIK_OPERATOR_REGISTRY_CA_FILE"]);
        Assert.Null(mount.Find("subPath")); // the kubelet would not renew such a file
    }
}
