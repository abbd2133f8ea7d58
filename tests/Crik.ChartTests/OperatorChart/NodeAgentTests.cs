using YamlDotNet.RepresentationModel;

namespace Crik.ChartTests.OperatorChart;

/// <summary>Checks the objects of the node agent, which are made only if somebody asks for them.</summary>
public sealed class NodeAgentTests
{
    private static readonly string[] s_rules =
    [
        "create of nodes/checkpoint in ''",
        "get of nodes in ''",
        "get,list,watch,patch,delete of podcheckpoints in 'crik.dev'",
        "update of podcheckpoints/status in 'crik.dev'",
        "get,list,watch,delete of pods in ''",
        "get,create of pods/exec in ''",
        "get,create,patch of events in ''",
    ];

    [ChartFact]
    public void Only_nodeAgent_enabled_makes_its_objects()
    {
        Assert.DoesNotContain(OperatorManifests.Render("defaults").All, IsOfAgent);
        Assert.Equal(["ServiceAccount", "ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding", "DaemonSet"], Agent().Kinds);
        Assert.Equal(["ServiceAccount", "DaemonSet"], Agent("--set", "rbac.create=false").Kinds);
    }

    [ChartFact]
    public void It_has_no_capability_and_sees_only_the_directory_for_checkpoints()
    {
        YamlNode pod = Pod(Agent()), container = Assert.Single(pod.Items("containers")).At("securityContext");

        Assert.Equal(("0", "RuntimeDefault"), (pod.Text("securityContext", "runAsUser"), pod.Text("securityContext", "seccompProfile", "type")));
        Assert.Equal(("false", "true"), (container.Text("allowPrivilegeEscalation"), container.Text("readOnlyRootFilesystem")));
        Assert.Equal(["ALL"], container.Texts("capabilities", "drop"));
        Assert.Null(container.Find("capabilities", "add"));
        Assert.Equal(["/var/lib/kubelet/checkpoints"], pod.Items("volumes").Select(volume => volume.Find("hostPath")).OfType<YamlNode>().Select(path => path.Text("path")));
        Assert.All(["hostNetwork", "hostPID", "hostIPC"], key => Assert.Null(pod.Find(key)));
    }

    [ChartFact]
    public void The_account_has_exactly_these_rights()
    {
        Assert.Equal(s_rules, Agent()["ClusterRole"].Items("rules").Select(Manifests.Sentence));
        Assert.Equal(
            [.. s_rules[..6], "get of secrets in ''", s_rules[6]],
            Agent("--set", "nodeAgent.readEncryptionSecrets=true")["ClusterRole"].Items("rules").Select(Manifests.Sentence));
        Assert.Equal(
            ["create of leases in 'coordination.k8s.io'", "get,update of leases in 'coordination.k8s.io' named crik-node-agent"],
            Agent()["Role"].Items("rules").Select(Manifests.Sentence));
    }

    [ChartFact]
    public void Without_execCrik_the_account_may_run_no_command_in_a_pod() =>
        Assert.Equal(
            s_rules.Where(rule => rule != "get,create of pods/exec in ''"),
            Agent("--set", "nodeAgent.execCrik=false")["ClusterRole"].Items("rules").Select(Manifests.Sentence));

    [ChartFact]
    public void With_the_Checkpointer_its_port_has_a_Service_that_kube_system_has_a_name_for()
    {
        Manifests manifests = Agent("--set", "nodeAgent.checkpointer.enabled=true");
        YamlNode[] services = [.. manifests.All.Where(item => item.Text("kind") == "Service" && item.Text("metadata", "name") == "checkpoint-service")];
        YamlNode container = Assert.Single(Pod(manifests).Items("containers"));

        Assert.Equal(["crik-test", "kube-system"], services.Select(service => service.Text("metadata", "namespace")));
        Assert.Equal(("80", "checkpointer"), (services[0].Items("spec", "ports").Single().Text("port"), services[0].Items("spec", "ports").Single().Text("targetPort")));
        Assert.Equal(("ExternalName", "checkpoint-service.crik-test.svc.cluster.local"), (services[1].Text("spec", "type"), services[1].Text("spec", "externalName")));
        Assert.Contains(container.Items("ports"), port => port.Text("name") == "checkpointer" && port.Text("containerPort") == "3333");
        Assert.Contains(container.Items("env"), variable => variable.Text("name") == "CRIK_NODE_AGENT_CHECKPOINTER_PORT" && variable.Text("value") == "3333");
        Assert.Equal(
            [.. s_rules[..3], "create of tokenreviews in 'authentication.k8s.io'", "create of subjectaccessreviews in 'authorization.k8s.io'",
                "create of podcheckpoints in 'crik.dev'", .. s_rules[3..]],
            manifests["ClusterRole"].Items("rules").Select(Manifests.Sentence));
    }

    [ChartFact]
    public void Every_value_becomes_a_variable_and_every_file_is_mounted_where_the_agent_reads_it()
    {
        Manifests manifests = Agent(
            "--set", "nodeAgent.repository=registry.example/team/checkpoints", "--set", "nodeAgent.allowedRepositories={registry.example/a,registry.example/b}",
            "--set", "nodeAgent.credentialsSecret=credentials", "--set", "nodeAgent.kubelet.caConfigMap=kubelets", "--set", "registry.caSecret=registries",
            "--set", "nodeAgent.retention.keepPerPod=3", "--set", "nodeAgent.retention.maxAge=720h", "--set", "nodeAgent.env.CRIK_NODE_AGENT_TIMEOUT=5m");
        YamlNode pod = Pod(manifests), container = Assert.Single(pod.Items("containers"));
        Dictionary<string, string> variables = container.Items("env").Where(variable => variable.Find("value") is not null)
            .ToDictionary(variable => variable.Text("name"), variable => variable.Text("value"));
        string[] mounts = [.. container.Items("volumeMounts").Select(mount => mount.Text("mountPath"))];

        Assert.Equal("registry.example/team/checkpoints", variables["CRIK_NODE_AGENT_REPOSITORY"]);
        Assert.Equal("registry.example/a,registry.example/b", variables["CRIK_NODE_AGENT_ALLOWED_REPOSITORIES"]);
        Assert.Equal(("3", "720h", "5m"), (variables["CRIK_NODE_AGENT_KEEP_PER_POD"], variables["CRIK_NODE_AGENT_MAX_AGE"], variables["CRIK_NODE_AGENT_TIMEOUT"]));
        Assert.DoesNotContain("CRIK_NODE_AGENT_KEEP_PER_CONTAINER", variables.Keys);
        Assert.All(["KUBELET_CA_FILE", "REGISTRY_CREDENTIALS", "REGISTRY_CA_FILE"], name => Assert.Contains(Path.GetDirectoryName(variables[$"CRIK_NODE_AGENT_{name}"]), mounts));
        Assert.Contains(variables["CRIK_NODE_AGENT_CHECKPOINT_DIRECTORY"], mounts);
        Assert.Equal(pod.Items("volumes").Select(volume => volume.Text("name")), container.Items("volumeMounts").Select(mount => mount.Text("name")));
    }

    [ChartFact]
    public void Its_selector_matches_no_other_pods()
    {
        YamlNode set = Agent()["DaemonSet"];
        Dictionary<string, string> selector = set.Map("spec", "selector", "matchLabels");

        Assert.Superset(selector.ToHashSet(), set.Map("spec", "template", "metadata", "labels").ToHashSet());
        Assert.False(selector.ToHashSet().IsSubsetOf(OperatorManifests.Render("defaults").PodLabels.Map().ToHashSet()));
    }

    [ChartFact]
    public void The_PodMonitor_selects_the_metrics_port_of_the_agents()
    {
        Manifests manifests = Agent(
            "--set", "serviceMonitor.enabled=true", "--set", "serviceMonitor.interval=15s", "--set", "serviceMonitor.scrapeTimeout=5s",
            "--set", "serviceMonitor.labels.release=prometheus");
        YamlNode set = manifests["DaemonSet"], monitor = manifests["PodMonitor"], endpoint = Assert.Single(monitor.Items("spec", "podMetricsEndpoints"));

        Assert.Equal(set.Map("spec", "selector", "matchLabels"), monitor.Map("spec", "selector", "matchLabels"));
        Assert.Equal([set.Text("metadata", "namespace")], monitor.Texts("spec", "namespaceSelector", "matchNames"));
        Assert.Contains(endpoint.Text("port"), Assert.Single(Pod(manifests).Items("containers")).Items("ports").Select(port => port.Text("name")));
        Assert.Equal(
            ("prometheus", "/metrics", "15s", "5s"),
            (monitor.Text("metadata", "labels", "release"), endpoint.Text("path"), endpoint.Text("interval"), endpoint.Text("scrapeTimeout")));
    }

    [ChartTheory]
    [InlineData(false, "metrics probes")]
    [InlineData(true, "metrics probes checkpointer")]
    public void The_network_policy_allows_what_the_operator_reaches_and_the_kubelet(bool hasCheckpointer, string ports)
    {
        string[] arguments = OperatorManifests.Arguments(
            "crik", "--set", "nodeAgent.enabled=true", "--set", "nodeAgent.kubelet.port=10255", "--set",
            $"nodeAgent.checkpointer.enabled={(hasCheckpointer ? "true" : "false")}");
        Manifests all = Chart.Crik.Render(arguments);
        YamlNode agent = all.Named("NetworkPolicy", "crik-node-agent").At("spec"), operators = all.Named("NetworkPolicy", "injector").At("spec");
        YamlNode[] ingress = [.. agent.Items("ingress")], egress = [.. agent.Items("egress")];

        Assert.Equal(all["DaemonSet"].Map("spec", "selector", "matchLabels"), agent.Map("podSelector", "matchLabels"));
        Assert.Equal(["Ingress", "Egress"], agent.Texts("policyTypes"));
        Assert.Equal(ports, string.Join(' ', ingress.Select(rule => Assert.Single(rule.Items("ports")).Text("port"))));
        Assert.Equal(operators.Items("ingress").Skip(1).Select(rule => rule.ToString()), ingress.Take(2).Select(rule => rule.ToString()));
        Assert.All(ingress.Skip(2), rule => Assert.Equal("10.0.1.0/24", Assert.Single(rule.Items("from")).Text("ipBlock", "cidr")));
        Assert.Equal(operators.Items("egress").Select(rule => rule.ToString()), egress[..^1].Select(rule => rule.ToString()));
        Assert.Equal(("10255", "TCP"), (Assert.Single(egress[^1].Items("ports")).Text("port"), Assert.Single(egress[^1].Items("ports")).Text("protocol")));
        Assert.Equal("192.0.2.0/24", Assert.Single(egress[^1].Items("to")).Text("ipBlock", "cidr"));
    }

    [ChartFact]
    public void The_image_has_the_user_and_the_ports_of_the_chart()
    {
        string[] lines = File.ReadAllLines(Repository.In("Dockerfile.node-agent"));
        YamlNode pod = Pod(Agent());

        Assert.Contains($"USER {pod.Text("securityContext", "runAsUser")}:{pod.Text("securityContext", "runAsGroup")}", lines);
        Assert.Contains($"EXPOSE {string.Join(' ', Assert.Single(pod.Items("containers")).Items("ports").Select(port => port.Text("containerPort")))}", lines);
        Assert.Equal("ENTRYPOINT [\"/usr/local/bin/crik-node-agent\"]", lines[^1]);
    }

    [ChartTheory]
    [InlineData("nodeAgent.compression=zstd")]
    [InlineData("nodeAgent.minFree=95")]
    [InlineData("nodeAgent.timeout=soon")]
    [InlineData("nodeAgent.retention.bytesPerPod=ten")]
    public void A_value_that_makes_no_sense_is_refused(string value) =>
        Assert.Contains(value.Split('=')[0], Chart.Crik.Refuse(OperatorManifests.Arguments("defaults", "--set", value)), StringComparison.Ordinal);

    private static Manifests Agent(params string[] arguments) =>
        new(Chart.Crik.Render(OperatorManifests.Arguments("defaults", ["--set", "nodeAgent.enabled=true", .. arguments])).All.Where(IsOfAgent));

    private static bool IsOfAgent(YamlNode item) => item.Text("metadata", "labels", "app.kubernetes.io/component") == "node-agent";

    private static YamlNode Pod(Manifests manifests) => manifests["DaemonSet"].At("spec", "template", "spec");
}
