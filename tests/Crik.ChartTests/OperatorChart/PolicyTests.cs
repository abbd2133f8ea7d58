using YamlDotNet.RepresentationModel;

namespace Crik.ChartTests.OperatorChart;

/// <summary>Checks what the chart makes for MigrationPolicies, and that nothing of it is there until somebody asks for it.</summary>
public sealed class PolicyTests
{
    private static readonly string[] s_migration = ["--set", "migration.enabled=true"];
    private static readonly string[] s_policies = [.. s_migration, "--set", "migration.policies.enabled=true"];
    private static readonly string[] s_kubelets = [.. s_policies, "--set", "migration.policies.kubelets.enabled=true"];

    private static readonly string[] s_rules =
    [
        "get,list,watch of migrationpolicies in 'crik.dev'",
        "update of migrationpolicies/status in 'crik.dev'",
        "create,delete of podmigrations in 'crik.dev'",
        "list of nodes,pods in 'metrics.k8s.io'",
    ];

    [ChartFact]
    public void Only_policies_add_the_rights_for_them_and_tell_the_operator()
    {
        string[] before = RulesOf(Render(s_migration), "crik-operator"), after = RulesOf(Render(s_policies), "crik-operator");

        Assert.Equal(s_rules, after.Except(before));
        Assert.Equal(before, after.Except(s_rules));
        Assert.Equal(["CRIK_OPERATOR_MIGRATION_POLICIES"], Render(s_policies).Variables.Keys.Except(Render(s_migration).Variables.Keys));
    }

    [ChartFact]
    public void Kubelets_get_tokens_of_an_account_that_may_only_read_their_statistics()
    {
        Manifests manifests = Render(s_kubelets);
        YamlNode binding = manifests.Named("ClusterRoleBinding", "crik-operator-kubelets"), subject = Assert.Single(binding.Items("subjects"));

        Assert.Equal(["get of nodes/stats in ''"], RulesOf(manifests, "crik-operator-kubelets"));
        Assert.Equal(RulesOf(Render(s_policies), "crik-operator"), RulesOf(manifests, "crik-operator"));
        Assert.Equal(("crik-operator-kubelets", "crik-test"), (subject.Text("name"), subject.Text("namespace")));
        Assert.Equal("crik-operator-kubelets", manifests.Named("ServiceAccount", "crik-operator-kubelets").Text("metadata", "name"));
        Assert.Contains("create of serviceaccounts/token in '' named crik-operator-kubelets", manifests["Role"].Items("rules").Select(Manifests.Sentence));
        Assert.Equal(("crik-operator-kubelets", "10250"), (manifests.Variables["CRIK_OPERATOR_KUBELET_ACCOUNT"], manifests.Variables["CRIK_OPERATOR_KUBELET_PORT"]));
        Assert.DoesNotContain("CRIK_OPERATOR_KUBELET_SKIP_TLS_VERIFY", manifests.Variables.Keys);
    }

    [ChartFact]
    public void Without_kubelets_there_is_no_such_account() =>
        Assert.DoesNotContain(Render(s_policies).All, item => item.Text("metadata", "name") == "crik-operator-kubelets");

    [ChartFact]
    public void The_authorities_of_kubelets_are_mounted_where_the_operator_reads_them_beside_those_of_registries()
    {
        Manifests manifests = Render([.. s_kubelets, "--set", "migration.policies.kubelets.caConfigMap=kubelet-ca", "--set", "registry.caSecret=registry-ca"]);
        string[] mounts = [.. manifests.Container.Items("volumeMounts").Select(mount => mount.Text("mountPath"))];
        YamlNode volume = Assert.Single(manifests.Pod.Items("volumes"), volume => volume.Text("name") == "kubelets");

        Assert.Equal("kubelet-ca", volume.Text("configMap", "name"));
        Assert.All(["KUBELET_CA_FILE", "REGISTRY_CA_FILE"], name => Assert.Contains(Path.GetDirectoryName(manifests.Variables[$"CRIK_OPERATOR_{name}"]), mounts));
        Assert.Equal(2, manifests.Pod.Items("volumes").Count());
    }

    [ChartFact]
    public void Any_certificate_of_a_kubelet_is_accepted_only_if_somebody_says_so() =>
        Assert.Equal("true", Render([.. s_kubelets, "--set", "migration.policies.kubelets.skipTlsVerify=true"]).Variables["CRIK_OPERATOR_KUBELET_SKIP_TLS_VERIFY"]);

    [ChartTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_network_policy_allows_the_kubelets_only_if_they_are_asked(bool isAsked)
    {
        string[] arguments = OperatorManifests.Arguments("crik", isAsked ? [.. s_kubelets, "--set", "migration.policies.kubelets.port=10255"] : s_policies);
        YamlNode[] egress = [.. Chart.Crik.Render(arguments).Named("NetworkPolicy", "injector").At("spec").Items("egress")];
        YamlNode[] kubelets = [.. egress.Where(rule => rule.Items("ports").Any(port => port.Text("port") == "10255"))];

        Assert.Equal(isAsked ? 1 : 0, kubelets.Length);
        Assert.All(kubelets, rule => Assert.Equal("192.0.2.0/24", Assert.Single(rule.Items("to")).Text("ipBlock", "cidr")));
    }

    [ChartTheory]
    [InlineData("migration.policies.enabled: needs migration.enabled", "migration.policies.enabled=true")]
    [InlineData("migration.policies.kubelets.enabled: needs migration.policies.enabled", "migration.policies.kubelets.enabled=true")]
    [InlineData("migration.policies.kubelets.port", "migration.policies.kubelets.port=0")]
    [InlineData(
        "migration.policies.kubelets.caConfigMap: must be empty when migration.policies.kubelets.skipTlsVerify is true",
        "migration.policies.kubelets.caConfigMap=a,migration.policies.kubelets.skipTlsVerify=true")]
    public void A_combination_that_makes_no_sense_is_refused(string problem, string values) =>
        Assert.Contains(problem, Chart.Crik.Refuse(OperatorManifests.Arguments("defaults", [.. values.Split(',').SelectMany(value => (string[])["--set", value])])), StringComparison.Ordinal);

    private static Manifests Render(string[] arguments) => OperatorManifests.Render("defaults", arguments);

    private static string[] RulesOf(Manifests manifests, string name) => [.. manifests.Named("ClusterRole", name).Items("rules").Select(Manifests.Sentence)];
}
