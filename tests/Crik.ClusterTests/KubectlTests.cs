using System.Text.Json.Nodes;
using Xunit.Abstractions;

namespace Crik.ClusterTests;

/// <summary>Tests the native kubectl-crik with a real API server, real kubelets and examples/simple-loop.yaml.</summary>
[Collection(nameof(Cluster))]
public sealed class KubectlTests : IDisposable
{
    private const string Pod = "simple-loop-0";

    private readonly ITestOutputHelper _output;
    private readonly TestNamespace _place;
    private readonly Workload _loop;

    public KubectlTests(Cluster cluster, ITestOutputHelper output)
    {
        (_output, _place) = (output, new TestNamespace(cluster));
        _place.Apply("simple-loop.yaml");
        _loop = new Workload(_place, "simple-loop");
    }

    public void Dispose() => _place.Dispose();

    [Fact]
    public void A_pod_is_shown_makes_checkpoints_and_goes_back_to_an_older_one()
    {
        int before = _loop.WaitForCount(3).Last;
        Assert.Contains("checkpoint 1 was made", _place.Crik("checkpoint", Pod, "--leave-running"), StringComparison.Ordinal);
        PodSighting pod = _loop.WaitForCount(before + 8);

        JsonNode status = Assert.Single(JsonNode.Parse(_place.Crik("status", "-o", "json"))!["items"]!.AsArray())!;
        Assert.Equal((Pod, "running", 1), ((string)status["pod"]!, (string)status["status"]!["state"]!, (int)status["lastCheckpoint"]!["generation"]!));
        Assert.Contains(Pod, _place.Crik("status", "--all-namespaces", "-l", "app=simple-loop"), StringComparison.Ordinal);
        Assert.Equal(1, (int)JsonNode.Parse(_place.Crik("list", Pod, "-o", "json"))!["checkpoints"]![0]!["generation"]!);
        Assert.Contains(pod.Node, _place.Crik("inspect", $"pod/{Pod}", "1", "-o", "yaml"), StringComparison.Ordinal);

        string steps = _place.Crik("rollback", Pod, "1");

        _output.WriteLine(steps);
        PodSighting after = _loop.WaitForSuccessorOf(pod);
        Assert.Contains("scaling statefulset/simple-loop to 1", steps, StringComparison.Ordinal);
        Assert.InRange(after.First, before, pod.Last);
        Assert.Equal(1, (int)JsonNode.Parse(_place.Crik("status", Pod, "-o", "json"))!["items"]![0]!["status"]!["restoredFrom"]!);
        _output.WriteLine(_place.Crik("status", "-o", "wide"));
    }

    [Fact]
    public void A_rollback_to_a_checkpoint_that_is_not_there_leaves_the_program_as_it_was()
    {
        PodSighting pod = _loop.WaitForCount(3);

        (int code, string output, string errors) = _place.TryCrik("rollback", Pod, "7");

        _output.WriteLine($"{output}{errors}");
        Assert.Equal(1, code);
        Assert.Contains("nothing was rolled back, and statefulset/simple-loop has 1 replicas again", errors, StringComparison.Ordinal);
        Assert.True(_loop.WaitForSuccessorOf(pod).First > pod.Last);
    }

    [Fact]
    public void A_pod_is_explained_with_what_crik_check_says_in_it()
    {
        _loop.WaitForCount(1);

        (int code, string output, _) = _place.TryCrik("explain", Pod);

        _output.WriteLine(output);
        Assert.Equal(0, code);
        Assert.Contains("crik check in the pod:", output, StringComparison.Ordinal);
        Assert.DoesNotContain("problem ", output, StringComparison.Ordinal);
        Assert.DoesNotContain("not read:", output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_container_without_crik_is_named_and_so_is_a_user_who_may_not_run_commands()
    {
        _place.ApplyText($$"""
            apiVersion: v1
            kind: Pod
            metadata: {name: other}
            spec:
              terminationGracePeriodSeconds: 0
              containers: [{name: sleep, image: {{Cluster.Image}}, imagePullPolicy: Never, command: [sh, -c, "rm -f /usr/local/bin/crik; exec sleep 1000"]}]
            """);
        Cluster.Kubectl("-n", _place.Name, "wait", "pod/other", "--for=condition=Ready", "--timeout=120s");

        Eventually.True(() => _place.TryCrik("list", "other").Errors.Contains("the container 'sleep' of pod " + _place.Name + "/other has no crik", StringComparison.Ordinal), "crik is gone");
        Assert.Contains("there is no pod/missing", _place.TryCrik("list", "missing").Errors, StringComparison.Ordinal);
        Assert.Contains("'nope'", _place.TryCrik("list", "other", "-c", "nope").Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Manifests_that_were_injected_are_accepted_by_the_API_server()
    {
        string manifest = _place.Kubectl("create", "deployment", "plain", "--image=plain:1", "--dry-run=client", "-o", "yaml", "--", "sleep", "1");
        using TempDirectory files = new();
        string path = files.Write("plain.yaml", manifest);

        string injected = _place.Crik("inject", "-f", path);

        Assert.Contains("persistentvolumeclaim/checkpoints-plain created (server dry run)", Command.OutputWithInput(
            injected, Cluster.Script, "kubectl", "-n", _place.Name, "apply", "--dry-run=server", "-f", "-"), StringComparison.Ordinal);
        Assert.Equal(manifest, _place.Crik("uninject", "-f", files.Write("injected.yaml", injected)));
    }
}
