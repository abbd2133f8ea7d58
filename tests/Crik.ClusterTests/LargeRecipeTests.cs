using System.Globalization;
using System.Text.Json.Nodes;
using Xunit.Abstractions;

namespace Crik.ClusterTests;

/// <summary>Tests the recipes of docs/recipes.md whose images have gigabytes. `make recipes` runs them.</summary>
[Collection(nameof(Cluster))]
[Trait("Images", "large")]
public sealed class LargeRecipeTests(Cluster cluster, ITestOutputHelper output) : IDisposable
{
    private const string Pod = "notebook-0";

    private readonly TestNamespace _place = new(cluster);

    public void Dispose()
    {
        Cluster.Reset();
        _place.Dispose();
    }

    [Fact]
    public void A_drained_training_computes_the_same_losses_as_one_that_was_not_drained()
    {
        Images.LoadLarge("localhost/crik-torch:test", "torch");
        _place.Apply("recipes/pytorch-job.yaml");
        TrainingPod before = TrainingPod.WaitForStep(_place, 50);
        Cluster.Kubectl("drain", before.Node, "--ignore-daemonsets", "--delete-emptydir-data");
        TrainingPod after = TrainingPod.WaitForStep(_place, before.Last + 60, before: before.Name);
        JsonNode job = _place.Api.Read(_place.PathOf("apis/batch/v1", "jobs/training"));
        _place.Kubectl("delete", "job", "training", "--wait=false");

        Assert.NotEqual(before.Node, after.Node);
        Assert.InRange(after.First, before.Last + 1, int.MaxValue);
        Assert.Equal(0, (int?)job["status"]!["failed"] ?? 0);
        using TestNamespace quiet = new(cluster);
        quiet.Apply("recipes/pytorch-job.yaml");
        TrainingPod undisturbed = TrainingPod.WaitForStep(quiet, after.Last);
        Assert.Equal(undisturbed.Losses[(after.First - 1)..after.Last], after.Losses);
        output.WriteLine($"step {before.Last} on {before.Node}; steps {after.First} to {after.Last} on {after.Node}, with the losses of a training that was not drained");
    }

    [Fact]
    public void A_notebook_keeps_its_variables_its_threads_and_its_running_cell()
    {
        Images.LoadLarge("localhost/crik-notebook:test", "jupyter");
        _place.Apply("recipes/jupyter-server.yaml");
        string first = Eventually.Found(() => Run("1 + 1") == "2" ? Uid() : null, "the server runs a cell");
        Run("""
            import os, threading, time
            steps = [0]
            def work():
                while True:
                    steps[0] += 1
                    time.sleep(0.01)
            threading.Thread(target=work, daemon=True).start()
            """);
        string memory = Run("id(steps)");
        Run("""
            while not os.path.exists('/home/end'):
                time.sleep(0.1)
            ended = steps[0]
            """, "--begin");
        _place.Kubectl("delete", "pod", Pod, "--wait=false");

        string second = Eventually.Found(() => Uid() is var uid && uid != first && Exec("", "crik", "status", "--ready") is not null ? uid : null, "the next pod is ready");
        Exec("", "touch", "/home/end");
        Assert.Equal(memory, Eventually.Found(() => Run("id(steps)"), "the server runs a cell again"));
        int ended = int.Parse(Run("ended"), CultureInfo.InvariantCulture);
        Eventually.True(() => int.Parse(Run("steps[0]"), CultureInfo.InvariantCulture) > ended, "the thread goes on");
        output.WriteLine($"the pods {first} and {second} had the same kernel; its cell ended after step {ended} of the thread");
    }

    private string Run(params string[] arguments) => Exec(File.ReadAllText(Repository.In("tests/lab/programs/notebook.py")), ["python3", "-", .. arguments]).TrimEnd('\n');

    private string Exec(string input, params string[] command) =>
        Command.OutputWithInput(input, Cluster.Script, ["kubectl", "--namespace", _place.Name, "exec", "-i", Pod, "--", .. command]);

    private string Uid() => (string)_place.Api.Read(_place.PathOf("api/v1", $"pods/{Pod}"))["metadata"]!["uid"]!;
}
