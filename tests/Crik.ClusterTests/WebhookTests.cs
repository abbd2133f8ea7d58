using System.Diagnostics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Xunit.Abstractions;

namespace Crik.ClusterTests;

/// <summary>Tests what becomes of pods that ask for crik while something is in the way.</summary>
[Collection(nameof(Cluster))]
public sealed class WebhookTests : IDisposable
{
    private const string Injected = "crik.dev/injected", Skipped = "crik.dev/skipped";

    private readonly Cluster _cluster;
    private readonly ITestOutputHelper _output;
    private readonly TestNamespace _place;
    private readonly Workload _loop;

    public WebhookTests(Cluster cluster, ITestOutputHelper output)
    {
        (_cluster, _output, _place) = (cluster, output, new TestNamespace(cluster));
        _loop = new Workload(_place, "loop");
        _ = cluster.Operator;
    }

    public void Dispose()
    {
        _place.Dispose();
        InstalledOperator.Signal("CONT");
        InstalledOperator.Scale(2);
        InstalledOperator.WaitUntilPodsAreInjected();
    }

    [Fact]
    public void A_pod_that_is_created_while_no_operator_runs_starts_without_crik_and_the_next_one_has_it()
    {
        InstalledOperator.Scale(0);
        StartLoop();
        PodSighting missed = _loop.WaitForCount(1);
        Assert.Null(Annotation(missed.Name, Injected));

        InstalledOperator.Scale(2);

        Assert.Contains("the webhook did not answer", WaitForEvent(missed.Name, "NotInjectedMissed"), StringComparison.Ordinal);
        Eventually.True(() => InstalledOperator.Metric("crik_pods_not_injected{reason=\"Missed\"}") >= 1, "a metric counts the pod");
        InstalledOperator.WaitUntilPodsAreInjected();
        _loop.Delete(missed);
        Assert.NotNull(Annotation(_loop.WaitForSuccessorOf(missed).Name, Injected));
    }

    [Fact]
    public void A_pod_that_is_created_while_the_operators_hang_starts_without_crik_after_the_time_out_of_the_webhook()
    {
        InstalledOperator.Signal("STOP");
        long began = Stopwatch.GetTimestamp();
        StartLoop();
        PodSighting missed = _loop.WaitForCount(1);
        _output.WriteLine($"the program counted after {Stopwatch.GetElapsedTime(began).TotalSeconds:0} s");
        Assert.Null(Annotation(missed.Name, Injected));

        InstalledOperator.Signal("CONT");

        WaitForEvent(missed.Name, "NotInjectedMissed");
    }

    [Fact]
    public void Operators_that_find_only_expired_certificates_make_new_ones_which_the_API_server_trusts()
    {
        InstalledOperator.Scale(0);
        (string authority, string authorityKey) = Expired("CN=crik");
        (string certificate, string key) = Expired($"CN={InstalledOperator.Name}.{InstalledOperator.Namespace}.svc");
        JsonObject data = new() { ["ca.crt"] = Base64(authority), ["ca.key"] = Base64(authorityKey), ["tls.crt"] = Base64(certificate), ["tls.key"] = Base64(key) };
        Cluster.Kubectl("-n", InstalledOperator.Namespace, "patch", "secret", $"{InstalledOperator.Name}-certificates", "--patch", new JsonObject { ["data"] = data }.ToJsonString());
        JsonObject trust = new() { ["op"] = "replace", ["path"] = "/webhooks/0/clientConfig/caBundle", ["value"] = Base64(authority) };
        Cluster.Kubectl("patch", "mutatingwebhookconfiguration", InstalledOperator.Name, "--type=json", "--patch", new JsonArray(trust).ToJsonString());

        InstalledOperator.Scale(2);

        InstalledOperator.WaitUntilPodsAreInjected();
    }

    [Fact]
    public void A_namespace_whose_PodSecurity_refuses_crik_runs_the_pod_without_it_and_says_why()
    {
        Cluster.Kubectl("label", "namespace", _place.Name, "pod-security.kubernetes.io/enforce=baseline");

        StartLoop();

        string pod = _loop.WaitForCount(1).Name;
        Assert.StartsWith("PodSecurity: ", Annotation(pod, Skipped), StringComparison.Ordinal);
        Assert.Contains("baseline", WaitForEvent(pod, "NotInjectedPodSecurity"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_pod_whose_registry_does_not_know_its_command_stays_as_it_is_and_says_why()
    {
        _place.Kubectl("run", "other", "--image=registry.lab/missing:1", "--labels=crik.dev/inject=true");

        Assert.Matches("^CommandUnknown: .*registry.lab/missing:1", Annotation("other", Skipped));
        WaitForEvent("other", "NotInjectedCommandUnknown");
    }

    [Fact]
    public void The_webhook_answers_the_pod_of_helm_test()
    {
        string test = Command.Output(Repository.In("artifacts/render-chart"), "--tests", "--release", "crik", "--namespace", InstalledOperator.Namespace,
            "--set", "operator.image.repository=localhost/crik-operator", "--set", "operator.image.tag=test", "--set", "operator.image.pullPolicy=Never", Repository.In("charts/crik"));
        Command.OutputWithInput(test, Cluster.Script, "kubectl", "apply", "-f", "-");
        try
        {
            Eventually.True(() => Cluster.Kubectl("-n", InstalledOperator.Namespace, "get", "pod", $"{InstalledOperator.Name}-test", "-o", "jsonpath={.status.phase}") == "Succeeded", "the test has passed");
        }
        finally
        {
            Cluster.Kubectl("-n", InstalledOperator.Namespace, "delete", "pod", $"{InstalledOperator.Name}-test", "--wait=false");
        }
    }

    private void StartLoop() => _place.ApplyText($$$"""
        apiVersion: apps/v1
        kind: StatefulSet
        metadata: {name: {{{_loop.Name}}}}
        spec:
          selector: {matchLabels: {app: {{{_loop.Name}}}}}
          template:
            metadata: {labels: {app: {{{_loop.Name}}}, crik.dev/inject: "true"}}
            spec:
              terminationGracePeriodSeconds: 1
              containers: [{name: count, image: {{{_cluster.Operator.Image("static")}}}}]
        """);

    private string? Annotation(string pod, string name) => (string?)_place.Api.Read(_place.PathOf("api/v1", $"pods/{pod}"))["metadata"]!["annotations"]?[name];

    private string WaitForEvent(string pod, string reason) => Eventually.Found(
        () => (string?)_place.Api.Items(_place.PathOf("api/v1", "events"))
            .FirstOrDefault(item => (string?)item["involvedObject"]!["name"] == pod && (string?)item["reason"] == reason)?["message"],
        $"an Event {reason} about {pod}");

    /// <summary>A certificate that was valid for a year, until yesterday.</summary>
    private static (string Certificate, string Key) Expired(string subject)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new(subject, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        DateTimeOffset yesterday = DateTimeOffset.UtcNow.AddDays(-1);
        using X509Certificate2 certificate = request.CreateSelfSigned(yesterday.AddYears(-1), yesterday);
        return (certificate.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem());
    }

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
}
