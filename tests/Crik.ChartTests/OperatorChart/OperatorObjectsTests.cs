using YamlDotNet.RepresentationModel;

namespace Crik.ChartTests.OperatorChart;

/// <summary>Checks what must be true of the operator's objects for all values.</summary>
public sealed class OperatorObjectsTests
{
    private static readonly string[] s_clusterScoped = ["ClusterRole", "ClusterRoleBinding", "MutatingWebhookConfiguration"];

    public static TheoryData<string> ValueSets => OperatorManifests.ValueSets;

    [ChartFact]
    public void The_default_values_make_exactly_these_objects()
    {
        Assert.Equal(
            [
                "PodDisruptionBudget", "ServiceAccount", "ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding", "Service", "Deployment",
                "MutatingWebhookConfiguration",
            ],
            Chart.Crik.Render().Kinds);
    }

    [ChartFact]
    public void With_every_part_turned_on_every_object_is_made()
    {
        Assert.Equal(
            [
                "NetworkPolicy", "PodDisruptionBudget", "ServiceAccount", "ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding", "Service", "Deployment",
                "MutatingWebhookConfiguration", "ServiceMonitor",
            ],
            OperatorManifests.Render("crik").Kinds);
        Assert.Equal(
            ["PodDisruptionBudget", "ServiceAccount", "ClusterRole", "ClusterRoleBinding", "Service", "Deployment"],
            Chart.Crik.Render(OperatorManifests.Arguments("crik")).All.Where(OperatorManifests.IsOfSubchart).Select(item => item.Text("kind")));
    }

    [ChartTheory]
    [MemberData(nameof(ValueSets))]
    public void Every_object_has_a_name_the_right_namespace_and_the_labels_of_the_release(string values)
    {
        IReadOnlyList<YamlNode> all = Chart.Crik.Render(OperatorManifests.Arguments(values)).All;

        Assert.All(all, item =>
        {
            Assert.NotEmpty(item.Text("apiVersion"));
            Assert.NotEmpty(item.Text("metadata", "name"));
            Assert.Equal(s_clusterScoped.Contains(item.Text("kind")) ? null : "crik-test", item.Find("metadata", "namespace")?.ToString());
            Assert.Equal("release-1", item.Text("metadata", "labels", "app.kubernetes.io/instance"));
            Assert.Equal("Helm", item.Text("metadata", "labels", "app.kubernetes.io/managed-by"));
        });
        Assert.Equal(all.Count, all.Select(item => (item.Text("kind"), item.Text("metadata", "name"))).Distinct().Count());
    }

    [ChartTheory]
    [MemberData(nameof(ValueSets))]
    public void Every_selector_matches_the_operators_and_no_node_state_server(string values)
    {
        Manifests manifests = OperatorManifests.Render(values);
        Dictionary<string, string> pod = manifests.PodLabels.Map();
        YamlNode other = Chart.Crik.Render("--set", "nodeStateServer.enabled=true").Named("Deployment", "crik-node-state-server");
        IReadOnlyList<Dictionary<string, string>> selectors = manifests.Selectors;

        Assert.Equal(values == "crik" ? 6 : 5, selectors.Count);
        Assert.All(selectors, selector =>
        {
            Assert.Equal(["app.kubernetes.io/name", "app.kubernetes.io/part-of"], selector.Keys.Order());
            Assert.Superset(selector.ToHashSet(), pod.ToHashSet());
            Assert.False(selector.ToHashSet().IsSubsetOf(other.Map("spec", "template", "metadata", "labels").ToHashSet()));
        });
    }

    [ChartTheory]
    [MemberData(nameof(ValueSets))]
    public void Every_port_is_the_one_that_the_operator_is_told(string values)
    {
        Manifests manifests = OperatorManifests.Render(values);
        Dictionary<string, string> ports = manifests.Ports, variables = manifests.Variables;
        YamlNode[] served = [.. manifests["Service"].Items("spec", "ports")];

        Assert.Equal(
            (ports["webhook"], ports["metrics"], ports["probes"]),
            (variables["CRIK_OPERATOR_PORT"], variables["CRIK_OPERATOR_METRICS_PORT"], variables["CRIK_OPERATOR_HEALTH_PROBES_PORT"]));
        Assert.Equal(3, ports.Values.Distinct().Count());
        Assert.Equal([("443", "webhook"), ("8080", "metrics")], served.Select(port => (port.Text("port"), port.Text("targetPort"))));
        Assert.Equal("/livez", manifests.Container.Text("livenessProbe", "httpGet", "path"));
        Assert.Equal("/readyz", manifests.Container.Text("readinessProbe", "httpGet", "path"));
        Assert.All(["livenessProbe", "readinessProbe"], probe => Assert.Equal("probes", manifests.Container.Text(probe, "httpGet", "port")));
    }

    [ChartFact]
    public void The_ServiceMonitor_selects_the_metrics_port_of_the_Service()
    {
        Manifests manifests = OperatorManifests.Render("crik");
        YamlNode service = manifests["Service"], monitor = manifests["ServiceMonitor"];
        YamlNode endpoint = Assert.Single(monitor.Items("spec", "endpoints"));

        Assert.Superset(monitor.Map("spec", "selector", "matchLabels").ToHashSet(), service.Map("metadata", "labels").ToHashSet());
        Assert.Equal([service.Text("metadata", "namespace")], monitor.Texts("spec", "namespaceSelector", "matchNames"));
        Assert.Equal("metrics", service.Items("spec", "ports").Single(port => port.Text("name") == endpoint.Text("port")).Text("targetPort"));
        Assert.Equal(("prometheus", "15s", "5s"), (monitor.Text("metadata", "labels", "release"), endpoint.Text("interval"), endpoint.Text("scrapeTimeout")));
    }

    [ChartFact]
    public void The_network_policy_allows_only_the_API_server_the_registries_and_DNS()
    {
        YamlNode spec = OperatorManifests.Render("crik")["NetworkPolicy"].At("spec");
        YamlNode[] ingress = [.. spec.Items("ingress")], egress = [.. spec.Items("egress")];

        Assert.Equal(["Ingress", "Egress"], spec.Texts("policyTypes"));
        Assert.Equal(["webhook", "metrics", "probes"], ingress.Select(rule => Assert.Single(rule.Items("ports")).Text("port")));
        Assert.Equal([true, true, false], ingress.Select(rule => rule.Find("from") is not null));
        Assert.Equal("10.0.0.0/24", Assert.Single(ingress[0].Items("from")).Text("ipBlock", "cidr"));
        Assert.Equal(
            ["8443/TCP", "443/TCP 5000/TCP", "5353/UDP 5353/TCP"],
            egress.Select(rule => string.Join(' ', rule.Items("ports").Select(port => $"{port.Text("port")}/{port.Text("protocol")}"))));
        Assert.Equal(
            ["10.0.0.0/24", "0.0.0.0/0", null],
            egress.Select(rule => rule.Find("to") is YamlSequenceNode to ? Assert.Single(to).Text("ipBlock", "cidr") : null));
    }

    [ChartTheory]
    [MemberData(nameof(ValueSets))]
    public void The_Pod_of_helm_test_asks_the_webhook_through_the_Service_which_does_not_select_it(string values)
    {
        Manifests manifests = OperatorManifests.Render(values);
        YamlNode pod = Chart.Crik.Tests(OperatorManifests.Arguments(values)).Named("Pod", manifests["Deployment"].Text("metadata", "name") + "-test");
        YamlNode service = manifests["Service"], container = Assert.Single(pod.Items("spec", "containers"));
        YamlNode webhook = manifests["MutatingWebhookConfiguration"].Items("webhooks").First();

        Assert.Equal(("Pod", "test"), (pod.Text("kind"), pod.Text("metadata", "annotations", "helm.sh/hook")));
        Assert.Equal(manifests.Container.Text("image"), container.Text("image"));
        Assert.Equal(manifests.Container.At("securityContext").ToString(), container.At("securityContext").ToString());
        Assert.Equal(
            ["probe", $"https://{service.Text("metadata", "name")}.crik-test.svc:443{webhook.Text("clientConfig", "service", "path")}"],
            container.Texts("args"));
        Assert.False(service.Map("spec", "selector").ToHashSet().IsSubsetOf(pod.Map("metadata", "labels").ToHashSet()));
        Assert.Equal("60", pod.Text("spec", "activeDeadlineSeconds"));
    }

    [ChartTheory]
    [InlineData("v1.34.0", true)]
    [InlineData("v1.27.0-gke.1", true)]
    [InlineData("v1.21.14", false)]
    public void An_older_cluster_gets_no_field_that_it_does_not_know(string version, bool knows)
    {
        Manifests manifests = OperatorManifests.Render("defaults", "--kube-version", version);
        YamlNode budget = manifests["PodDisruptionBudget"];

        Assert.Equal(knows, Assert.Single(manifests.Pod.Items("topologySpreadConstraints")).Find("matchLabelKeys") is not null);
        Assert.Equal(knows ? "AlwaysAllow" : null, budget.Find("spec", "unhealthyPodEvictionPolicy")?.ToString());
        Assert.Equal(("policy/v1", "1"), (budget.Text("apiVersion"), budget.Text("spec", "maxUnavailable")));
    }
}
