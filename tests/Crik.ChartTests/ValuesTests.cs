using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Crik.ChartTests;

public sealed class ValuesTests
{
    [ChartFact]
    public void Values_of_the_original_chart_work_and_its_objects_keep_their_names()
    {
        Manifests manifests = ObjectsTests.Render("original");
        Dictionary<string, string> selector = new() { ["app.kubernetes.io/name"] = "crik-node-state-server", ["app.kubernetes.io/part-of"] = "crik" };

        Assert.Equal("ghcr.io/qawolf/crik/node-state-server:v0.1.2", manifests.Container.Text("image"));
        Assert.Equal(["--port=9376", "--metrics-port=8080", "--health-probes-port=8081", "--debug"], manifests.Arguments);
        Assert.Equal(selector, manifests["Deployment"].Map("spec", "selector", "matchLabels"));
        Assert.Equal("9376", manifests["Service"].Items("spec", "ports").First().Text("port"));
        Assert.All(manifests.All, item => Assert.Equal("crik-node-state-server", item.Text("metadata", "name")));
    }

    [ChartFact]
    public void The_chart_uses_only_flags_that_the_original_server_has_too()
    {
        string[] known = ["--port", "--metrics-port", "--health-probes-port", "--debug"];

        Assert.Equal(known, ObjectsTests.Render("everything").Arguments.Select(argument => argument.Split('=')[0]));
        Assert.Equal(known[..3], ObjectsTests.Render("defaults").Arguments.Select(argument => argument.Split('=')[0]));
    }

    [ChartFact]
    public void All_other_options_are_set_by_variables()
    {
        Assert.Equal(new() { ["CRIK_SERVER_SHUTDOWN_DELAY"] = "5s" }, ObjectsTests.Render("defaults").Variables);
        Assert.Equal(
            new()
            {
                ["CRIK_SERVER_MAX_WAIT"] = "2m",
                ["CRIK_SERVER_READ_PODS"] = "true",
                ["CRIK_SERVER_REQUIRE_TOKEN"] = "true",
                ["CRIK_SERVER_SHUTDOWN_DELAY"] = "7s",
                ["CRIK_SERVER_SIGNALS_FILE"] = "/etc/node-state-server/signals.yaml",
                ["CRIK_SERVER_TLS_CERT_FILE"] = "/etc/node-state-server-tls/tls.crt",
                ["CRIK_SERVER_TLS_PRIVATE_KEY_FILE"] = "/etc/node-state-server-tls/tls.key",
                ["CRIK_SERVER_TOKEN_AUDIENCE"] = "crik",
            },
            ObjectsTests.Render("everything").Variables);
    }

    [ChartFact]
    public void A_variable_of_the_user_wins_and_is_set_only_once()
    {
        Manifests manifests = Chart.NodeStateServer.Render("--set", "nodeStateServer.env.CRIK_SERVER_SHUTDOWN_DELAY=9s", "--set", "nodeStateServer.env.EMPTY=");

        Assert.Equal(new() { ["CRIK_SERVER_SHUTDOWN_DELAY"] = "9s", ["EMPTY"] = "" }, manifests.Variables);
    }

    [ChartFact]
    public void The_image_has_the_digest_or_the_tag_or_the_version_of_the_chart()
    {
        string version = YamlNodes.Load(File.ReadAllText(Path.Combine(Chart.NodeStateServer.Directory, "Chart.yaml"))).Text("appVersion");

        Assert.Equal($"crik-node-state-server:{version}", Chart.NodeStateServer.Render().Container.Text("image"));
        Assert.Equal("r.example/a/b:1.0", Chart.NodeStateServer.Render("--set", "nodeStateServer.image.repository=r.example/a/b", "--set", "nodeStateServer.image.tag=1.0").Container.Text("image"));
        Assert.Equal(
            "registry.example:5000/node-state-server@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
            ObjectsTests.Render("everything").Container.Text("image"));
    }

    [ChartFact]
    public void Signals_become_a_file_that_is_mounted_where_the_server_reads_it()
    {
        Manifests manifests = ObjectsTests.Render("everything");
        YamlNode mount = manifests.Container.Items("volumeMounts").Single(mount => mount.Text("name") == "signals");
        YamlNode volume = manifests.Pod.Items("volumes").Single(volume => volume.Text("name") == "signals");
        YamlMappingNode file = YamlNodes.Load(manifests["ConfigMap"].Text("data", "signals.yaml"));
        YamlNode[] rules = [.. file.Items("rules")];

        Assert.Equal($"{mount.Text("mountPath")}/signals.yaml", manifests.Variables["CRIK_SERVER_SIGNALS_FILE"]);
        Assert.Equal("true", mount.Text("readOnly"));
        Assert.Equal(volume.Text("name"), mount.Text("name"));
        Assert.Equal(manifests["ConfigMap"].Text("metadata", "name"), volume.Text("configMap", "name"));
        Assert.Equal(["not-ready"], file.Texts("enable"));
        Assert.Equal(["cordon", "cordon-taint"], file.Texts("disable"));
        Assert.Equal(["rack-power", "drain-at", "pool-closed", "evicted"], rules.Select(rule => rule.Text("name")));
        Assert.Equal(("False", "1"), (rules[0].Text("condition", "status"), rules[0].Text("condition", "message")));
    }

    [ChartFact]
    public void Pods_are_replaced_only_when_the_signals_change()
    {
        string? Checksum(params string[] arguments) =>
            Chart.NodeStateServer.Render(arguments)["Deployment"].Find("spec", "template", "metadata", "annotations", "checksum/signals")?.ToString();

        string[] one = ["--set", "nodeStateServer.signals.enable={not-ready}"], other = ["--set", "nodeStateServer.signals.enable={azure-event}"];

        Assert.Null(Checksum());
        Assert.Matches("^[0-9a-f]{64}$", Checksum(one));
        Assert.Equal(Checksum(one), Checksum([.. one, "--set", "service.port=80"]));
        Assert.NotEqual(Checksum(one), Checksum(other));
    }

    [ChartTheory]
    [InlineData("preferred", "preferredDuringSchedulingIgnoredDuringExecution", "1", "0")]
    [InlineData("required", "requiredDuringSchedulingIgnoredDuringExecution", "0", "1")]
    [InlineData("none", null, "1", "0")]
    public void The_anti_affinity_is_as_configured_and_an_update_finds_a_node(string antiAffinity, string? rule, string surge, string unavailable)
    {
        Manifests manifests = Chart.NodeStateServer.Render("--set", $"antiAffinity={antiAffinity}");
        YamlNode update = manifests["Deployment"].At("spec", "strategy", "rollingUpdate");

        Assert.Equal((surge, unavailable), (update.Text("maxSurge"), update.Text("maxUnavailable")));
        Assert.Equal(rule, ((YamlMappingNode?)manifests.Pod.Find("affinity", "podAntiAffinity"))?.Children.Keys.Single().ToString());
        Assert.Equal(rule is not null, manifests.Pod.Mappings().Any(node => node.Find("topologyKey")?.ToString() == "kubernetes.io/hostname"));
    }

    [ChartFact]
    public void Affinity_and_selectors_of_the_user_are_used_unchanged()
    {
        using TempFile values = new("""
            affinity: {podAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [{topologyKey: a}]}}
            topologySpreadConstraints:
            - {maxSkew: 1, topologyKey: b, whenUnsatisfiable: DoNotSchedule, labelSelector: {matchLabels: {c: d}}}
            """);

        Manifests manifests = Chart.NodeStateServer.Render("--values", values.Path);

        Assert.Equal(["podAffinity"], ((YamlMappingNode)manifests.Pod.At("affinity")).Children.Keys.Select(key => key.ToString()));
        Assert.Equal(new() { ["c"] = "d" }, Assert.Single(manifests.Pod.Items("topologySpreadConstraints")).Map("labelSelector", "matchLabels"));
    }

    [ChartFact]
    public void Labels_and_annotations_of_the_user_are_added_and_replace_none()
    {
        const string OwnName = @"app\.kubernetes\.io/name=other", OwnContainer = @"podAnnotations.kubectl\.kubernetes\.io/default-container=other";
        Manifests manifests = Chart.NodeStateServer.Render(
            "--set", "commonLabels.team=infra", "--set", $"commonLabels.{OwnName}", "--set", "podLabels.tier=back", "--set", $"podLabels.{OwnName}",
            "--set", OwnContainer, "--set", "podAnnotations.note=text");

        Assert.All(manifests.All, item => Assert.Equal("infra", item.Text("metadata", "labels", "team")));
        Assert.All(manifests.All, item => Assert.Equal("crik-node-state-server", item.Text("metadata", "labels", "app.kubernetes.io/name")));
        Assert.Equal(("infra", "back", "crik-node-state-server"), (manifests.PodLabels.Text("team"), manifests.PodLabels.Text("tier"), manifests.PodLabels.Text("app.kubernetes.io/name")));
        Assert.Equal(
            new() { ["note"] = "text", ["kubectl.kubernetes.io/default-container"] = "node-state-server" },
            manifests["Deployment"].Map("spec", "template", "metadata", "annotations"));
    }

    [ChartFact]
    public void A_new_version_of_the_chart_alone_does_not_change_the_Pods()
    {
        Assert.DoesNotContain(ObjectsTests.Render("everything").PodLabels.Map().Keys, key => key is "helm.sh/chart" or "app.kubernetes.io/version");
    }

    [ChartFact]
    public void A_value_of_null_removes_the_default()
    {
        Manifests manifests = Chart.NodeStateServer.Render(
            "--set", "podSecurityContext.runAsUser=null", "--set", "livenessProbe=null", "--set", "commonLabels=null", "--set", "resources.limits=null",
            "--set", "nodeStateServer.signals=null", "--set", "topologySpreadConstraints=null");

        Assert.Null(manifests.Pod.Find("securityContext", "runAsUser"));
        Assert.Equal("true", manifests.Pod.Text("securityContext", "runAsNonRoot"));
        Assert.Equal("probes", manifests.Container.Text("livenessProbe", "httpGet", "port"));
        Assert.Null(manifests.Container.Find("resources", "limits"));
        Assert.NotNull(manifests.Container.Find("resources", "requests"));
        Assert.Null(manifests.Pod.Find("topologySpreadConstraints"));
    }

    [ChartFact]
    public void Values_for_the_Pod_are_set_in_the_Pod()
    {
        Manifests manifests = ObjectsTests.Render("everything");
        YamlNode pod = manifests.Pod, container = manifests.Container;

        Assert.Equal("3", manifests["Deployment"].Text("spec", "replicas"));
        Assert.Equal("45", pod.Text("terminationGracePeriodSeconds"));
        Assert.Equal(["registry"], pod.Items("imagePullSecrets").Select(secret => secret.Text("name")));
        Assert.Equal("system", pod.Text("nodeSelector", "example.com/pool"));
        Assert.Equal("Exists", Assert.Single(pod.Items("tolerations")).Text("operator"));
        Assert.Equal("system-cluster-critical", pod.Text("priorityClassName"));
        Assert.Equal(("1000", "1000"), (pod.Text("securityContext", "runAsUser"), pod.Text("securityContext", "fsGroup")));
        Assert.Equal(("0.1", "192Mi"), (container.Text("resources", "requests", "cpu"), container.Text("resources", "limits", "memory")));
        Assert.Equal("Always", container.Text("imagePullPolicy"));
        Assert.Equal(("11", "5"), (container.Text("livenessProbe", "periodSeconds"), container.Text("livenessProbe", "failureThreshold")));
        Assert.Equal(("2", "1"), (container.Text("readinessProbe", "periodSeconds"), container.Text("readinessProbe", "timeoutSeconds")));
        Assert.Equal("infra", manifests["Service"].Text("metadata", "annotations", "example.com/owner"));
        Assert.Equal("infra", manifests["ServiceAccount"].Text("metadata", "annotations", "example.com/owner"));
    }

    [ChartFact]
    public void Names_that_look_like_other_YAML_types_stay_strings()
    {
        Manifests manifests = Chart.NodeStateServer.Render("--namespace", "123", "--values", ChartFiles.Values("everything"), "--set", "fullnameOverride=yes", "--set", "serviceAccount.name=null");
        YamlScalarNode[] names = [.. manifests.All.SelectMany(item => item.AllNodes).OfType<YamlScalarNode>().Where(scalar => scalar.Value is "123" or "yes")];

        Assert.True(names.Length > 20);
        Assert.All(names, name => Assert.Equal(ScalarStyle.DoubleQuoted, name.Style));
    }
}
