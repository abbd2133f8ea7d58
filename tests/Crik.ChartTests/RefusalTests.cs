namespace Crik.ChartTests;

/// <summary>Checks that wrong values are refused with their key before anything is applied.</summary>
public sealed class RefusalTests
{
    public static TheoryData<string, string> Keys
    {
        get
        {
            TheoryData<string, string> keys = [];
            foreach (Chart chart in Chart.All)
            {
                foreach ((string key, _, _) in chart.Values.Rows)
                {
                    keys.Add(chart.Name, key);
                }
            }

            return keys;
        }
    }

    [ChartTheory]
    [MemberData(nameof(Keys))]
    public void A_value_of_the_wrong_type_is_refused(string chart, string key)
    {
        using TempFile values = new(string.Concat(key.Split('.').Select((part, depth) => $"\n{new string(' ', depth)}{part}:")) + " [[1]]");

        string error = Chart.Named(chart).Refuse("--values", values.Path);

        Assert.Contains($"- {key}", error, StringComparison.Ordinal);
        Assert.DoesNotContain("Additional property", error, StringComparison.Ordinal);
    }

    [ChartTheory]
    [InlineData("replica=2", "(root): Additional property replica is not allowed")]
    [InlineData("nodeStateServer.image.tga=v1", "nodeStateServer.image: Additional property tga is not allowed")]
    [InlineData("nodeStateServer.image.repository=", "nodeStateServer.image.repository")]
    [InlineData("nodeStateServer.image.repository=null", "nodeStateServer.image: repository is required")]
    [InlineData("nodeStateServer.image.tag=1", "nodeStateServer.image.tag: Invalid type. Expected: string, given: integer")]
    [InlineData("nodeStateServer.image.digest=sha256", "nodeStateServer.image.digest")]
    [InlineData("nodeStateServer.image.pullPolicy=Sometimes", "nodeStateServer.image.pullPolicy")]
    [InlineData("nodeStateServer.env.A=1", "nodeStateServer.env.A")]
    [InlineData("nodeStateServer.env.A-B=x", "nodeStateServer.env")]
    [InlineData("nodeStateServer.signals.enable={Not Ready}", "nodeStateServer.signals.enable.0")]
    [InlineData("nodeStateServer.signals.taints={a}", "nodeStateServer.signals: Additional property taints is not allowed")]
    [InlineData("fullnameOverride=Upper", "fullnameOverride")]
    [InlineData("replicas=-1", "replicas")]
    [InlineData("shutdownDelaySeconds=5s", "shutdownDelaySeconds")]
    [InlineData("antiAffinity=soft", "antiAffinity")]
    [InlineData("podLabels.a=b c", "podLabels.a")]
    [InlineData("livenessProbe.httpGet=x", "livenessProbe: Additional property httpGet is not allowed")]
    [InlineData("resources.limit=x", "resources: Additional property limit is not allowed")]
    [InlineData("service.port=70000", "service.port")]
    [InlineData("service.type=LoadBalancer", "service: Additional property type is not allowed")]
    [InlineData("podDisruptionBudget.maxUnavailable=half", "podDisruptionBudget.maxUnavailable")]
    [InlineData("podDisruptionBudget.maxUnavailable=150%", "podDisruptionBudget.maxUnavailable")]
    [InlineData("serviceMonitor.interval=30", "serviceMonitor.interval")]
    [InlineData("networkPolicy.apiServerPorts={}", "networkPolicy.apiServerPorts")]
    [InlineData("networkPolicy.from={everyone}", "networkPolicy.from.0")]
    [InlineData("terminationGracePeriodSeconds=5", "terminationGracePeriodSeconds: must be more than shutdownDelaySeconds (5), not 5")]
    [InlineData("nodeStateServer.tokenAudience=crik", "nodeStateServer.tokenAudience: has no effect without nodeStateServer.requireToken")]
    [InlineData("service.port=8080", "service.port: must not be 8080")]
    [InlineData("serviceAccount.create=false", "serviceAccount.name: must be set when serviceAccount.create is false")]
    public void A_bad_value_is_refused_with_its_key(string assignment, string problem)
    {
        Assert.Contains(problem, Chart.NodeStateServer.Refuse("--set", assignment), StringComparison.Ordinal);
    }

    [ChartTheory]
    [InlineData("{state: gone, taint: {key: a}}", "name is required")]
    [InlineData("{name: a}", "(oneOf)")]
    [InlineData("{name: a, taint: {key: a}, label: {key: b}}", "(oneOf)")]
    [InlineData("{name: a, taint: {value: a}}", "key is required")]
    [InlineData("{name: a, state: ready, taint: {key: a}}", "rules.0.state")]
    [InlineData("{name: a, time: never, taint: {key: a}}", "rules.0.time")]
    [InlineData("{name: a, taint: {key: a, value: 1}}", "rules.0.taint.value")]
    [InlineData("{name: a, condition: {type: A, status: Maybe}}", "rules.0.condition.status")]
    public void The_schema_refuses_rules_that_the_server_would_refuse(string rule, string problem)
    {
        using TempFile values = new($"nodeStateServer: {{signals: {{rules: [{rule}]}}}}");

        Assert.Contains(problem, Chart.NodeStateServer.Refuse("--values", values.Path), StringComparison.Ordinal);
    }

    [ChartFact]
    public void A_cluster_that_is_too_old_is_refused()
    {
        Assert.Contains("kubeVersion: >=1.20.0-0", Chart.NodeStateServer.Refuse("--kube-version", "v1.19.16"), StringComparison.Ordinal);
    }
}
