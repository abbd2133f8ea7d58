using YamlDotNet.RepresentationModel;

namespace Crik.ChartTests;

/// <summary>Checks what must be true of the objects for all values.</summary>
public sealed class ObjectsTests
{
    private static readonly string[] s_clusterScoped = ["ClusterRole", "ClusterRoleBinding"];

    public static TheoryData<string> ValueSets => ["defaults", "original", "everything"];

    [ChartFact]
    public void The_default_values_make_exactly_these_objects()
    {
        Assert.Equal(
            ["PodDisruptionBudget", "ServiceAccount", "ClusterRole", "ClusterRoleBinding", "Service", "Deployment"],
            Render("defaults").Kinds);
    }

    [ChartFact]
    public void With_every_part_turned_on_every_object_is_made()
    {
        Assert.Equal(
            [
                "NetworkPolicy", "PodDisruptionBudget", "ServiceAccount", "ConfigMap", "ClusterRole", "ClusterRole", "ClusterRoleBinding", "ClusterRoleBinding", "Service", "Deployment",
                "ServiceMonitor",
            ],
            Render("everything").Kinds);
    }

    [ChartTheory]
    [MemberData(nameof(ValueSets))]
    public void Every_object_has_a_name_the_right_namespace_and_the_labels_of_the_release(string values)
    {
        Manifests manifests = Render(values);

        Assert.All(manifests.All, item =>
        {
            Assert.NotEmpty(item.Text("apiVersion"));
            Assert.NotEmpty(item.Text("metadata", "name"));
            Assert.Equal(s_clusterScoped.Contains(item.Text("kind")) ? null : "crik-test", item.Find("metadata", "namespace")?.ToString());
            Assert.Equal("release-1", item.Text("metadata", "labels", "app.kubernetes.io/instance"));
            Assert.Equal("Helm", item.Text("metadata", "labels", "app.kubernetes.io/managed-by"));
        });
        Assert.Equal(manifests.All.Count, manifests.All.Select(item => (item.Text("kind"), item.Text("metadata", "name"))).Distinct().Count());
    }

    [ChartTheory]
    [MemberData(nameof(ValueSets))]
    public void Every_selector_of_the_servers_matches_their_labels(string values)
    {
        Manifests manifests = Render(values);
        Dictionary<string, string> pod = manifests.PodLabels.Map();
        IReadOnlyList<Dictionary<string, string>> selectors = manifests.Selectors;

        Assert.Equal(values == "everything" ? 6 : 5, selectors.Count);
        Assert.All(selectors, selector =>
        {
            Assert.Equal(["app.kubernetes.io/name", "app.kubernetes.io/part-of"], selector.Keys.Order());
            Assert.Superset(selector.ToHashSet(), pod.ToHashSet());
        });
    }

    [ChartTheory]
    [MemberData(nameof(ValueSets))]
    public void Every_name_of_a_port_belongs_to_an_existing_port(string values)
    {
        Manifests manifests = Render(values);
        Dictionary<string, string> ports = manifests.Ports;

        Assert.Equal(["http", "metrics", "probes"], ports.Keys.Order());
        Assert.Equal(3, ports.Values.Distinct().Count());
        Assert.Contains($"--port={ports["http"]}", manifests.Arguments);
        Assert.Contains($"--metrics-port={ports["metrics"]}", manifests.Arguments);
        Assert.Contains($"--health-probes-port={ports["probes"]}", manifests.Arguments);
        Assert.Equal(["http", "metrics"], manifests["Service"].Items("spec", "ports").Select(port => port.Text("targetPort")));
        Assert.Equal("/healthz", manifests.Container.Text("livenessProbe", "httpGet", "path"));
        Assert.Equal("/readyz", manifests.Container.Text("readinessProbe", "httpGet", "path"));
        Assert.All(["livenessProbe", "readinessProbe"], probe => Assert.Equal("probes", manifests.Container.Text(probe, "httpGet", "port")));
    }

    [ChartFact]
    public void The_ServiceMonitor_selects_the_metrics_port_of_the_Service()
    {
        Manifests manifests = Render("everything");
        YamlNode service = manifests["Service"], monitor = manifests["ServiceMonitor"];
        YamlNode endpoint = Assert.Single(monitor.Items("spec", "endpoints"));

        Assert.Superset(monitor.Map("spec", "selector", "matchLabels").ToHashSet(), service.Map("metadata", "labels").ToHashSet());
        Assert.Equal([service.Text("metadata", "namespace")], monitor.Texts("spec", "namespaceSelector", "matchNames"));
        Assert.Equal("metrics", service.Items("spec", "ports").Single(port => port.Text("name") == endpoint.Text("port")).Text("targetPort"));
        Assert.Equal("prometheus", monitor.Text("metadata", "labels", "release"));
        Assert.Equal(("15s", "5s"), (endpoint.Text("interval"), endpoint.Text("scrapeTimeout")));
    }

    [ChartFact]
    public void The_network_policy_allows_only_the_configured_peers_and_the_API_server()
    {
        Manifests manifests = Render("everything");
        YamlNode spec = manifests["NetworkPolicy"].At("spec");
        YamlNode[] ingress = [.. spec.Items("ingress")];

        Assert.Equal(["Ingress", "Egress"], spec.Texts("policyTypes"));
        Assert.Equal(["http", "metrics", "probes"], ingress.Select(rule => Assert.Single(rule.Items("ports")).Text("port")));
        Assert.Equal([true, true, false], ingress.Select(rule => rule.Find("from") is not null));
        Assert.Equal("monitoring", ingress[1].Items("from").Single().Text("namespaceSelector", "matchLabels", "name"));
        Assert.Equal("8443", Assert.Single(Assert.Single(spec.Items("egress")).Items("ports")).Text("port"));
    }

    [ChartTheory]
    [InlineData("defaults", "v1.34.0", "", "policy/v1", true)]
    [InlineData("defaults", "v1.26.3", "", "policy/v1", false)]
    [InlineData("defaults", "v1.20.2", "", "policy/v1beta1", false)]
    [InlineData("defaults", "v1.20.2", "v1 apps/v1 policy/v1beta1", "policy/v1beta1", false)]
    [InlineData("defaults", "v1.24.0", "v1,policy/v1beta1", "policy/v1beta1", false)]
    [InlineData("defaults", "v1.21.0", "v1,apps/v1,policy/v1beta1,policy/v1", "policy/v1", false)]
    [InlineData("defaults", "v1.20.15-gke.3600", "policy/v1", "policy/v1beta1", false)] // helm template --kube-version does not change the list of APIs
    [InlineData("everything", "v1.29.1-eks-1", "policy/v1", "policy/v1", true)]
    public void The_disruption_budget_uses_an_API_that_the_cluster_has(string values, string version, string apis, string expected, bool letsUnreadyGo)
    {
        string[] arguments = apis.Length == 0 ? [] : ["--api-versions", apis];

        YamlNode budget = Render(values, ["--kube-version", version, .. arguments])["PodDisruptionBudget"];

        Assert.Equal(expected, budget.Text("apiVersion"));
        Assert.Equal(letsUnreadyGo ? "AlwaysAllow" : null, budget.Find("spec", "unhealthyPodEvictionPolicy")?.ToString());
        Assert.Equal(values == "everything" ? "50%" : "1", budget.Text("spec", "maxUnavailable"));
    }

    [ChartTheory]
    [MemberData(nameof(ValueSets))]
    public void The_Pod_of_helm_test_asks_the_Service_which_does_not_select_it(string values)
    {
        Manifests manifests = Render(values);
        YamlNode pod = Assert.Single(Chart.NodeStateServer.Tests(Arguments(values)).All);
        YamlNode service = manifests["Service"], container = Assert.Single(pod.Items("spec", "containers"));

        Assert.Equal(("Pod", "test"), (pod.Text("kind"), pod.Text("metadata", "annotations", "helm.sh/hook")));
        Assert.Equal(manifests.Container.Text("image"), container.Text("image"));
        Assert.Equal(manifests.Container.At("securityContext").ToString(), container.At("securityContext").ToString());
        string scheme = values == "everything" ? "https" : "http";
        Assert.Equal(
            ["probe", $"{scheme}://{service.Text("metadata", "name")}.crik-test.svc:{service.Items("spec", "ports").First().Text("port")}/v1/nodes"],
            container.Texts("args"));
        Assert.False(service.Map("spec", "selector").ToHashSet().IsSubsetOf(pod.Map("metadata", "labels").ToHashSet()));
        Assert.Equal("release-1", pod.Text("metadata", "labels", "app.kubernetes.io/instance"));
        Assert.Equal("60", pod.Text("spec", "activeDeadlineSeconds"));
        Assert.Equal("64Mi", container.Text("resources", "limits", "memory"));
    }

    [ChartTheory]
    [InlineData("v1.34.0", true)]
    [InlineData("v1.27.0-gke.1", true)]
    [InlineData("v1.26.3", false)]
    public void A_roll_out_is_spread_where_the_cluster_can_do_that(string version, bool can)
    {
        Manifests manifests = Render("defaults", "--kube-version", version);
        YamlNode constraint = Assert.Single(manifests.Pod.Items("topologySpreadConstraints"));

        Assert.Equal(can ? ["pod-template-hash"] : [], constraint.Find("matchLabelKeys") is null ? [] : constraint.Texts("matchLabelKeys"));
        Assert.Equal("5", manifests["Deployment"].Text("spec", "minReadySeconds"));
    }

    internal static Manifests Render(string values, params string[] arguments) => Chart.NodeStateServer.Render(Arguments(values, arguments));

    internal static string[] Arguments(string values, params string[] arguments)
    {
        string[] file = values == "defaults" ? [] : ["--values", ChartFiles.Values(values)];
        return ["--release", "release-1", "--namespace", "crik-test", .. file, .. arguments];
    }
}
