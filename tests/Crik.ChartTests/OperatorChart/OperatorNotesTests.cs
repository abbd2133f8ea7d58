namespace Crik.ChartTests.OperatorChart;

/// <summary>Checks what Helm prints after an installation.</summary>
public sealed class OperatorNotesTests
{
    [ChartFact]
    public void The_notes_have_the_names_of_the_created_objects_and_the_label_that_the_webhook_selects()
    {
        string notes = Chart.Crik.Notes(OperatorManifests.Arguments("crik"));

        Assert.Contains("kubectl --namespace crik-test rollout status deployment/injector\n", notes, StringComparison.Ordinal);
        Assert.Contains("    crik.dev/inject: \"true\"\n", notes.Replace("      ", "    ", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Contains("kubectl label namespace NAMESPACE crik.dev/inject=true\n", notes, StringComparison.Ordinal);
    }

    [ChartTheory]
    [InlineData("nodeStateServer.enabled=true", "Injected pods ask http://crik-node-state-server.default.svc:9376")]
    [InlineData("nodeStateServer.url=http://other.example", "Injected pods ask http://other.example")]
    [InlineData("nodeStateServer.enabled=false", "Injected pods have no node state server")]
    [InlineData("registry.readPullSecrets=false", "The operator may not read pull secrets")]
    [InlineData("webhook.failurePolicy=Fail", "no pod with the label is created while no operator answers")]
    [InlineData("rbac.create=false", "Give the service account crik-operator")]
    public void The_notes_say_what_follows_from_a_value(string assignment, string expected)
    {
        Assert.Contains(expected, Chart.Crik.Notes("--set", assignment), StringComparison.Ordinal);
        if (!assignment.EndsWith("enabled=false", StringComparison.Ordinal))
        {
            Assert.DoesNotContain(expected, Chart.Crik.Notes(), StringComparison.Ordinal);
        }
    }
}
