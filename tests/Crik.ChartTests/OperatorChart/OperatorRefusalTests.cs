namespace Crik.ChartTests.OperatorChart;

/// <summary>Checks that wrong values are refused with their key before anything is applied.</summary>
public sealed class OperatorRefusalTests
{
    [ChartTheory]
    [InlineData("injector.image=x", "(root): Additional property injector is not allowed")]
    [InlineData("operator.image.repository=", "operator.image.repository")]
    [InlineData("bundle.image.repository=null", "bundle.image: repository is required")]
    [InlineData("bundle.image.digest=sha256", "bundle.image.digest")]
    [InlineData("bundle.image.pullPolicy=Always", "bundle.image: Additional property pullPolicy is not allowed")]
    [InlineData("bundle.mode=volume", "bundle.mode")]
    [InlineData("operator.env.A=1", "operator.env.A")]
    [InlineData("injection.gracePeriod=120", "injection.gracePeriod")]
    [InlineData("injection.gracePeriod=2 minutes", "injection.gracePeriod")]
    [InlineData("storage.size=10 GB", "storage.size")]
    [InlineData("storage.accessMode=ReadOnlyMany", "storage.accessMode")]
    [InlineData("registry.plainHttp={http://registry.example}", "registry.plainHttp.0")]
    [InlineData("registry.caFile=x", "registry: Additional property caFile is not allowed")]
    [InlineData("webhook.failurePolicy=Retry", "webhook.failurePolicy")]
    [InlineData("webhook.timeoutSeconds=8", "webhook.timeoutSeconds")]
    [InlineData("webhook.timeoutSeconds=31", "webhook.timeoutSeconds")]
    [InlineData("webhook.excludedNamespaces={Shop}", "webhook.excludedNamespaces.0")]
    [InlineData("nodeStateServer.url=node-state-server", "nodeStateServer.url")]
    [InlineData("nodeStateServer.replicas=3", "nodeStateServer: Additional property replicas is not allowed")]
    [InlineData("networkPolicy.dnsPorts={}", "networkPolicy.dnsPorts")]
    [InlineData("terminationGracePeriodSeconds=5", "terminationGracePeriodSeconds: must be more than shutdownDelaySeconds (5), not 5")]
    [InlineData("serviceAccount.create=false", "serviceAccount.name: must be set when serviceAccount.create is false")]
    public void A_bad_value_is_refused_with_its_key(string assignment, string problem)
    {
        Assert.Contains(problem, Chart.Crik.Refuse("--set", assignment), StringComparison.Ordinal);
    }

    [ChartFact]
    public void Only_one_source_of_authorities_can_be_named()
    {
        string error = Chart.Crik.Refuse("--set", "registry.caSecret=a", "--set", "registry.caConfigMap=b");

        Assert.Contains("registry.caConfigMap: must be empty when registry.caSecret is set", error, StringComparison.Ordinal);
    }

    [ChartFact]
    public void A_value_that_the_chart_of_the_node_state_server_refuses_is_refused()
    {
        string error = Chart.Crik.Refuse("--set", "nodeStateServer.enabled=true", "--set", "node-state-server.replica=2");

        Assert.Contains("(root): Additional property replica is not allowed", error, StringComparison.Ordinal);
    }

    [ChartFact]
    public void A_cluster_whose_namespaces_have_no_label_with_their_name_is_refused()
    {
        Assert.Contains("kubeVersion: >=1.21.0-0", Chart.Crik.Refuse("--kube-version", "v1.20.15"), StringComparison.Ordinal);
    }
}
