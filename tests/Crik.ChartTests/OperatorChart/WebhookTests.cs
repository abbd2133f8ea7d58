using YamlDotNet.RepresentationModel;

namespace Crik.ChartTests.OperatorChart;

/// <summary>Checks which pods the API server asks the operator about.</summary>
public sealed class WebhookTests
{
    private const string Inject = "crik.dev/inject", Name = "kubernetes.io/metadata.name";

    [ChartTheory]
    [MemberData(nameof(OperatorManifests.ValueSets), MemberType = typeof(OperatorManifests))]
    public void All_webhooks_lead_to_the_Service_and_have_the_configured_policy(string values)
    {
        Manifests manifests = OperatorManifests.Render(values);
        YamlNode[] webhooks = [.. manifests["MutatingWebhookConfiguration"].Items("webhooks")];

        Assert.Equal(["pod.inject.crik.dev", "restore.crik.dev", "namespace.inject.crik.dev"], webhooks.Select(webhook => webhook.Text("name")));
        Assert.All(webhooks, webhook =>
        {
            YamlNode service = webhook.At("clientConfig", "service"), rule = Assert.Single(webhook.Items("rules"));
            Assert.Equal((manifests["Service"].Text("metadata", "name"), "crik-test"), (service.Text("name"), service.Text("namespace")));
            Assert.Equal(("/inject", "443"), (service.Text("path"), service.Text("port")));
            Assert.Equal(values == "crik" ? ("Fail", "15") : ("Ignore", "10"), (webhook.Text("failurePolicy"), webhook.Text("timeoutSeconds")));
            Assert.Equal(("None", "IfNeeded"), (webhook.Text("sideEffects"), webhook.Text("reinvocationPolicy")));
            Assert.Equal(["v1"], webhook.Texts("admissionReviewVersions"));
            Assert.Equal(["CREATE"], rule.Texts("operations"));
            Assert.Equal(["pods"], rule.Texts("resources"));
            Assert.Equal(["v1"], rule.Texts("apiVersions"));
            Assert.Equal([""], rule.Texts("apiGroups"));
        });
    }

    [ChartTheory]
    [MemberData(nameof(OperatorManifests.ValueSets), MemberType = typeof(OperatorManifests))]
    public void The_caBundle_is_left_to_the_operator_so_that_an_upgrade_keeps_it(string values)
    {
        Manifests manifests = OperatorManifests.Render(values);

        Assert.All(manifests["MutatingWebhookConfiguration"].Items("webhooks"), webhook => Assert.Null(webhook.Find("clientConfig", "caBundle")));
        Assert.Equal(manifests["MutatingWebhookConfiguration"].Text("metadata", "name"), manifests.Variables["CRIK_OPERATOR_NAME"]);
    }

    [ChartTheory]
    [InlineData(null, null, false)]
    [InlineData("true", null, true)]
    [InlineData("false", null, false)]
    [InlineData("yes", null, false)]
    [InlineData(null, "true", true)]
    [InlineData("true", "true", true)]
    [InlineData("false", "true", false)]
    [InlineData("yes", "true", true)]
    [InlineData("true", "false", true)]
    [InlineData(null, "false", false)]
    public void The_label_of_the_pod_or_of_its_namespace_decides_and_no_pod_is_asked_about_twice(string? pod, string? space, bool isAsked)
    {
        Assert.Equal(isAsked ? 1 : 0, WebhooksThatAsk("defaults", pod, space, "shop"));
    }

    [ChartFact]
    public void A_pod_with_the_label_for_a_restore_is_asked_about_in_every_namespace()
    {
        YamlNode webhook = OperatorManifests.Render("defaults")["MutatingWebhookConfiguration"].Items("webhooks").Single(webhook => webhook.Text("name") == "restore.crik.dev");

        Assert.Equal("true", webhook.Text("objectSelector", "matchLabels", "crik.dev/restore"));
        Assert.Null(webhook.Find("namespaceSelector", "matchLabels"));
    }

    [ChartTheory]
    [InlineData("defaults", "kube-system", false)]
    [InlineData("defaults", "crik-test", false)]
    [InlineData("defaults", "monitoring", true)]
    [InlineData("crik", "kube-system", false)]
    [InlineData("crik", "crik-test", false)]
    [InlineData("crik", "monitoring", false)]
    [InlineData("crik", "shop", true)]
    public void Pods_of_the_system_of_the_operator_and_of_excluded_namespaces_are_not_asked_about(string values, string name, bool isAsked)
    {
        Assert.Equal(isAsked ? 1 : 0, WebhooksThatAsk(values, "true", "true", name));
        Assert.Equal(isAsked ? 1 : 0, WebhooksThatAsk(values, null, "true", name));
    }

    [ChartFact]
    public void An_excluded_namespace_is_named_once()
    {
        YamlNode webhook = OperatorManifests.Render("crik")["MutatingWebhookConfiguration"].Items("webhooks").First();

        Assert.Equal(["kube-system", "crik-test", "monitoring"], Assert.Single(webhook.Items("namespaceSelector", "matchExpressions")).Texts("values"));
    }

    /// <summary>Counts the webhooks whose selectors match, as the API server does.</summary>
    private static int WebhooksThatAsk(string values, string? pod, string? space, string name)
    {
        Dictionary<string, string> podLabels = pod is null ? [] : new() { [Inject] = pod };
        Dictionary<string, string> spaceLabels = new() { [Name] = name };
        if (space is not null)
        {
            spaceLabels[Inject] = space;
        }

        return OperatorManifests.Render(values)["MutatingWebhookConfiguration"].Items("webhooks")
            .Count(webhook => Matches(webhook.At("objectSelector"), podLabels) && Matches(webhook.At("namespaceSelector"), spaceLabels));
    }

    private static bool Matches(YamlNode selector, Dictionary<string, string> labels)
    {
        bool equal = selector.Find("matchLabels") is null || selector.Map("matchLabels").All(label => labels.GetValueOrDefault(label.Key) == label.Value);
        return equal && (selector.Find("matchExpressions") is null || selector.Items("matchExpressions").All(expression =>
        {
            Assert.Equal("NotIn", expression.Text("operator")); // an object without the label matches
            return !labels.TryGetValue(expression.Text("key"), out string? value) || !expression.Texts("values").Contains(value);
        }));
    }
}
