using YamlDotNet.RepresentationModel;

namespace Crik.ChartTests.OperatorChart;

/// <summary>Checks what each value does.</summary>
public sealed class OperatorValuesTests
{
    [ChartFact]
    public void Without_values_the_operator_is_told_its_names_and_the_defaults()
    {
        string version = YamlNodes.Load(Chart.Crik.Read("Chart.yaml")).Text("appVersion");

        Assert.Equal(
            new()
            {
                ["CRIK_OPERATOR_BUNDLE_IMAGE"] = $"crik:{version}",
                ["CRIK_OPERATOR_BUNDLE_MODE"] = "auto",
                ["CRIK_OPERATOR_GRACE_PERIOD"] = "120s",
                ["CRIK_OPERATOR_HEALTH_PROBES_PORT"] = "8081",
                ["CRIK_OPERATOR_METRICS_PORT"] = "8080",
                ["CRIK_OPERATOR_NAME"] = "crik-operator",
                ["CRIK_OPERATOR_PORT"] = "9443",
                ["CRIK_OPERATOR_SHUTDOWN_DELAY"] = "5s",
                ["CRIK_OPERATOR_STORAGE_SIZE"] = "10Gi",
            },
            OperatorManifests.Render("defaults").Variables);
        Assert.Equal($"crik-operator:{version}", OperatorManifests.Render("defaults").Container.Text("image"));
    }

    [ChartFact]
    public void Every_value_for_the_operator_becomes_a_variable()
    {
        Manifests manifests = OperatorManifests.Render("crik");

        Assert.Equal(
            new()
            {
                ["CRIK_OPERATOR_ACCESS_MODE"] = "ReadWriteMany",
                ["CRIK_OPERATOR_BIND_ADDRESS"] = "::",
                ["CRIK_OPERATOR_BUNDLE_IMAGE"] = "registry.example:5000/crik@sha256:123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0",
                ["CRIK_OPERATOR_BUNDLE_MODE"] = "init-container",
                ["CRIK_OPERATOR_DEBUG"] = "true",
                ["CRIK_OPERATOR_EXCLUDED_NAMESPACES"] = "monitoring,kube-system",
                ["CRIK_OPERATOR_GRACE_PERIOD"] = "5m",
                ["CRIK_OPERATOR_HEALTH_PROBES_PORT"] = "8081",
                ["CRIK_OPERATOR_LOCAL_REGISTRIES"] = "localhost:5000",
                ["CRIK_OPERATOR_METRICS_PORT"] = "8080",
                ["CRIK_OPERATOR_NAME"] = "injector",
                ["CRIK_OPERATOR_NODE_STATE_SERVER_URL"] = "https://node-states.crik-test.svc:80",
                ["CRIK_OPERATOR_PLAIN_HTTP_REGISTRIES"] = "registry.example:5000,mirror.example",
                ["CRIK_OPERATOR_PORT"] = "9443",
                ["CRIK_OPERATOR_REGISTRY_CA_FILE"] = "/etc/crik-operator/registry/ca.crt",
                ["CRIK_OPERATOR_SHUTDOWN_DELAY"] = "7s",
                ["CRIK_OPERATOR_STORAGE_CLASS"] = "fast",
                ["CRIK_OPERATOR_STORAGE_SIZE"] = "1.5Ti",
            },
            manifests.Variables);
        Assert.Equal("registry.example:5000/crik-operator@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", manifests.Container.Text("image"));
        Assert.Null(manifests.Container.Find("args"));
    }

    [ChartFact]
    public void Each_operator_knows_its_namespace_and_its_name()
    {
        YamlNode[] found = [.. OperatorManifests.Render("defaults").Container.Items("env").Where(variable => variable.Find("valueFrom") is not null)];

        Assert.Equal(
            [("CRIK_OPERATOR_IDENTITY", "metadata.name"), ("CRIK_OPERATOR_NAMESPACE", "metadata.namespace")],
            found.Select(variable => (variable.Text("name"), variable.Text("valueFrom", "fieldRef", "fieldPath"))));
    }

    [ChartFact]
    public void A_variable_of_the_user_wins_and_is_set_only_once()
    {
        Manifests manifests = OperatorManifests.Render(
            "defaults", "--set", "operator.env.CRIK_OPERATOR_IDENTITY=me", "--set", "operator.env.CRIK_OPERATOR_GRACE_PERIOD=9s");
        YamlNode[] variables = [.. manifests.Container.Items("env")];

        Assert.Equal("me", Assert.Single(variables, variable => variable.Text("name") == "CRIK_OPERATOR_IDENTITY").Text("value"));
        Assert.Equal("9s", Assert.Single(variables, variable => variable.Text("name") == "CRIK_OPERATOR_GRACE_PERIOD").Text("value"));
    }

    [ChartTheory]
    [InlineData(false, "", null)]
    [InlineData(true, "", "http://crik-node-state-server.crik-test.svc:9376")]
    [InlineData(true, "https://other.example:1", "https://other.example:1")]
    [InlineData(false, "http://other.example", "http://other.example")]
    public void Injected_pods_get_the_address_that_is_named_or_that_of_the_node_state_server_beside_the_operator(bool enabled, string url, string? expected)
    {
        string[] arguments = ["--set", $"nodeStateServer.enabled={(enabled ? "true" : "false")}", "--set", $"nodeStateServer.url={url}"];

        Assert.Equal(expected, OperatorManifests.Render("defaults", arguments).Variables.GetValueOrDefault("CRIK_OPERATOR_NODE_STATE_SERVER_URL"));
        Assert.Equal(enabled, Chart.Crik.Render(arguments).All.Any(OperatorManifests.IsOfSubchart));
    }

    [ChartTheory]
    [InlineData("preferred", "preferredDuringSchedulingIgnoredDuringExecution", "1", "0")]
    [InlineData("required", "requiredDuringSchedulingIgnoredDuringExecution", "0", "1")]
    [InlineData("none", null, "1", "0")]
    public void The_anti_affinity_is_as_configured_and_an_update_finds_a_node(string antiAffinity, string? rule, string surge, string unavailable)
    {
        Manifests manifests = OperatorManifests.Render("defaults", "--set", $"antiAffinity={antiAffinity}");
        YamlNode update = manifests["Deployment"].At("spec", "strategy", "rollingUpdate");

        Assert.Equal((surge, unavailable), (update.Text("maxSurge"), update.Text("maxUnavailable")));
        Assert.Equal(rule, ((YamlMappingNode?)manifests.Pod.Find("affinity", "podAntiAffinity"))?.Children.Keys.Single().ToString());
    }

    [ChartFact]
    public void Labels_and_annotations_of_the_user_are_added_and_replace_none()
    {
        const string OwnName = @"app\.kubernetes\.io/name=other", OwnContainer = @"podAnnotations.kubectl\.kubernetes\.io/default-container=other";
        Manifests manifests = OperatorManifests.Render(
            "defaults", "--set", "commonLabels.team=infra", "--set", $"commonLabels.{OwnName}", "--set", "podLabels.tier=back", "--set", $"podLabels.{OwnName}",
            "--set", OwnContainer, "--set", "podAnnotations.note=text");

        Assert.All(manifests.All, item => Assert.Equal("infra", item.Text("metadata", "labels", "team")));
        Assert.All(manifests.All, item => Assert.Equal("crik-operator", item.Text("metadata", "labels", "app.kubernetes.io/name")));
        Assert.Equal(("infra", "back"), (manifests.PodLabels.Text("team"), manifests.PodLabels.Text("tier")));
        Assert.Equal("crik-operator", manifests.PodLabels.Text("app.kubernetes.io/name"));
        Assert.Equal(
            new() { ["note"] = "text", ["kubectl.kubernetes.io/default-container"] = manifests.Container.Text("name") },
            manifests["Deployment"].Map("spec", "template", "metadata", "annotations"));
    }

    [ChartFact]
    public void A_new_version_of_the_chart_alone_does_not_change_the_labels_of_the_Pods() =>
        Assert.DoesNotContain(OperatorManifests.Render("crik").PodLabels.Map().Keys, key => key is "helm.sh/chart" or "app.kubernetes.io/version");

    [ChartFact]
    public void Values_for_the_Pod_are_set_in_the_Pod()
    {
        Manifests manifests = OperatorManifests.Render("crik");
        YamlNode pod = manifests.Pod, container = manifests.Container;

        Assert.Equal(("3", "3"), (manifests["Deployment"].Text("spec", "replicas"), manifests["Deployment"].Text("spec", "minReadySeconds")));
        Assert.Equal("45", pod.Text("terminationGracePeriodSeconds"));
        Assert.Equal(["registry"], pod.Items("imagePullSecrets").Select(secret => secret.Text("name")));
        Assert.Equal("system", pod.Text("nodeSelector", "example.com/pool"));
        Assert.Equal("Exists", Assert.Single(pod.Items("tolerations")).Text("operator"));
        Assert.Equal("system-cluster-critical", pod.Text("priorityClassName"));
        Assert.Equal(("1000", "1000"), (pod.Text("securityContext", "runAsUser"), pod.Text("securityContext", "fsGroup")));
        Assert.Equal(("0.1", "192Mi"), (container.Text("resources", "requests", "cpu"), container.Text("resources", "limits", "memory")));
        Assert.Equal("Always", container.Text("imagePullPolicy"));
        Assert.Equal(("11", "1"), (container.Text("livenessProbe", "periodSeconds"), container.Text("readinessProbe", "failureThreshold")));
        Assert.Equal("infra", manifests["Service"].Text("metadata", "annotations", "example.com/owner"));
        Assert.Equal("infra", manifests["ServiceAccount"].Text("metadata", "annotations", "example.com/owner"));
    }

    [ChartFact]
    public void Names_that_look_like_other_YAML_types_stay_strings()
    {
        Manifests manifests = Chart.Crik.Render(
            "--namespace", "123", "--values", ChartFiles.Values("crik"), "--set", "fullnameOverride=yes", "--set", "serviceAccount.name=null");
        YamlScalarNode[] names = [.. manifests.All.SelectMany(item => item.AllNodes).OfType<YamlScalarNode>().Where(scalar => scalar.Value is "123" or "yes")];

        Assert.True(names.Length > 30);
        Assert.All(names, name => Assert.Equal(YamlDotNet.Core.ScalarStyle.DoubleQuoted, name.Style));
    }
}
