using System.Text.Json.Nodes;
using Crik.Kubernetes.Resources;
using Crik.Operator.Policies.Measuring;

namespace Crik.Operator.Tests.Policies;

public sealed class LoadReadingTests
{
    [Theory]
    [InlineData(1.5, 2048, """{"timestamp":"2026-11-23T18:00:00Z","window":"10.062s","usage":{"cpu":"1500m","memory":"2Ki"} }""")]
    [InlineData(0.25, 1000, """{"timestamp":"2026-11-23T18:00:00Z","usage":{"cpu":"250000000n","memory":"1000"} }""")]
    [InlineData(null, 0, """{"timestamp":"2026-11-23T18:00:00Z","window":"6m0s","usage":{"cpu":"1","memory":"1"} }""")]
    [InlineData(null, 0, """{"usage":{"cpu":"1","memory":"1"} }""")]
    [InlineData(null, 0, """{"timestamp":"2026-11-23T18:00:00Z","usage":{"cpu":"much","memory":"1"} }""")]
    [InlineData(null, 0, """{"timestamp":"2026-11-23T18:00:00Z","usage":{"cpu":"NaN","memory":"1"} }""")]
    [InlineData(null, 0, """{"timestamp":"2026-11-23T18:00:00Z","usage":{"cpu":"-1","memory":"1"} }""")]
    [InlineData(null, 0, """{"timestamp":"2026-11-23T18:00:00Z","usage":{"cpu":"1","memory":"-1"} }""")]
    [InlineData(null, 0, """{"timestamp":"soon","usage":[]}""")]
    public void A_node_of_metrics_k8s_io_is_read_or_left_out(double? cpu, double memory, string json)
    {
        Load? load = MetricsApi.OfNode(JsonNode.Parse(json)!.AsObject());

        Assert.Equal(cpu is { } cores ? new Load(cores, memory, SomePolicy.Now) : (Load?)null, load);
    }

    [Fact]
    public void A_pod_is_the_sum_of_its_containers_and_unknown_if_one_of_them_is()
    {
        const string One = """{"name":"a","usage":{"cpu":"100m","memory":"10"} }""";
        static Load? Read(string containers) => MetricsApi.OfPod(JsonNode.Parse($$"""{"timestamp":"2026-11-23T18:00:00Z","containers":[{{containers}}]}""")!.AsObject());

        Assert.Equal(new Load(0.2, 20, SomePolicy.Now), Read($"{One},{One}"));
        Assert.Null(Read($"{One},{{}}"));
        Assert.Null(Read(""));
    }

    [Fact]
    public void A_kubelet_is_believed_about_the_pods_of_its_own_node_alone()
    {
        ObjectName pod = new("team", "web");
        Load honest = new(1, 1, SomePolicy.Now), other = new(9, 9, SomePolicy.Now);
        LoadReading reading = new(new Dictionary<string, Load>(), new Dictionary<(ObjectName, string?), Load> { [(pod, "node-1")] = honest, [(pod, "node-2")] = other });

        Assert.Equal(honest, reading.Of(pod, "node-1"));
        Assert.Null(reading.Of(pod, "node-3"));
    }

    [Fact]
    public void The_summary_of_a_kubelet_has_the_node_and_its_pods()
    {
        JsonObject summary = JsonNode.Parse("""
            {"node":{"nodeName":"node-1","cpu":{"time":"2026-11-23T18:00:00Z","usageNanoCores":1500000000},"memory":{"workingSetBytes":77} },
             "pods":[{"podRef":{"name":"web","namespace":"team"},"cpu":{"time":"2026-11-23T18:00:00Z","usageNanoCores":1000000},"memory":{"workingSetBytes":5} },
                     {"podRef":{"name":"negative","namespace":"team"},"cpu":{"time":"2026-11-23T18:00:00Z","usageNanoCores":-1},"memory":{"workingSetBytes":5} },
                     {"podRef":{"name":"empty","namespace":"team"},"cpu":{"time":"2026-11-23T18:00:00Z","usageNanoCores":1},"memory":{"workingSetBytes":-5} },
                     {"podRef":{"name":"new","namespace":"team"},"cpu":{"time":"2026-11-23T18:00:00Z"},"memory":{} }]}
            """)!.AsObject();

        Assert.Equal(new Load(1.5, 77, SomePolicy.Now), KubeletSummary.OfNode(summary));
        (ObjectName name, Load load) = Assert.Single(KubeletSummary.OfPods(summary));
        Assert.Equal((new ObjectName("team", "web"), 0.001, 5.0), (name, load.Cpu, load.Memory));
        Assert.Null(KubeletSummary.OfNode([]));
    }
}
