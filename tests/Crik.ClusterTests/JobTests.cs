using System.Text.Json.Nodes;

namespace Crik.ClusterTests;

/// <summary>Tests examples/job.yaml with what only a Job does: it counts failures and starts its pods again.</summary>
[Collection(nameof(Cluster))]
public sealed class JobTests(Cluster cluster) : IDisposable
{
    private readonly TestNamespace _place = new(cluster);

    public void Dispose() => _place.Dispose();

    [Fact]
    [Happens("Job retry", "without a server")]
    public void A_Job_continues_after_a_checkpoint_and_starts_afresh_after_its_program_failed()
    {
        (Workload job, PodSighting first) = Start();
        job.Delete(first);
        PodSighting second = job.WaitForSuccessorOf(first);
        Assert.InRange(second.First, first.Last + 1, int.MaxValue);
        Assert.Equal(0, Failures());

        _place.Kubectl("exec", second.Name, "--", "pkill", "-USR1", "-P", "1", "-x", "sh");
        Assert.Equal(1, job.WaitForSuccessorOf(second).First);
        Assert.Equal(1, Failures());
    }

    [Fact]
    public void A_node_that_the_checkpoint_does_not_fit_costs_a_Job_none_of_its_retries()
    {
        (Workload job, PodSighting first) = Start();
        _place.Kubectl("patch", "job", job.Name, "--patch", """{"spec": {"suspend": true}}""");
        string manifest = Path.Combine(_place.Volume("checkpoints-long-job"), "checkpoints/1/manifest.json");
        Eventually.True(() => File.Exists(manifest) && !job.Pods().Any(), "the Job is suspended");
        string fitting = File.ReadAllText(manifest);
        JsonNode unfit = JsonNode.Parse(fitting)!;
        unfit["machine"]!["cpuFeatures"]!.AsArray().Add("avx512_4fmaps");
        File.WriteAllText(manifest, unfit.ToJsonString());
        _place.Kubectl("patch", "job", job.Name, "--patch", """{"spec": {"suspend": false}}""");
        Eventually.True(() => job.Pods().Any(pod => (int?)pod["status"]!["containerStatuses"]?[0]!["state"]!["terminated"]?["exitCode"] == 123), "a pod found that it does not fit");
        File.WriteAllText(manifest, fitting);

        Assert.InRange(job.WaitForSuccessorOf(first).First, first.Last + 1, int.MaxValue);
        Assert.Equal(0, Failures());
    }

    private (Workload Job, PodSighting First) Start()
    {
        _place.Apply("job.yaml");
        Workload job = new(_place, "long-job");
        return (job, job.WaitForCount(3));
    }

    private int Failures() => (int?)_place.Api.Read(_place.PathOf("apis/batch/v1", "jobs/long-job"))["status"]!["failed"] ?? 0;
}
