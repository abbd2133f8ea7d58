using System.Text.Json.Nodes;
using Xunit.Abstractions;

namespace Crik.ClusterTests;

/// <summary>
/// Tests that a PodMigration moves pods without crik: the kubelet saves them, and the container runtime of the other node restores
/// them. What the program did after it was saved is lost, so it may count some numbers twice.
/// </summary>
[Collection(nameof(Cluster))]
public sealed class ImageMigrationTests : IDisposable
{
    private readonly ITestOutputHelper _output;
    private readonly TestNamespace _place;
    private readonly string _image;

    public ImageMigrationTests(Cluster cluster, ITestOutputHelper output) =>
        (_output, _place, _image) = (output, new TestNamespace(cluster), cluster.Operator.Image("static"));

    public void Dispose() => _place.Dispose();

    [Theory]
    [InlineData("StatefulSet")]
    [InlineData("Deployment")]
    [InlineData("Pod")]
    public void Pods_without_crik_move_there_and_back_and_count_on(string kind)
    {
        Start(kind);
        (JsonNode pod, string word, int number) = Counting(static _ => true);
        string what = kind == "Pod" ? "pod: it" : $"target: {{kind: {kind}, name: it}}";
        for (int i = 1; i <= 2; i++)
        {
            string before = (string)pod["metadata"]!["uid"]!, to = (string)pod["spec"]!["nodeName"]! == "node-1" ? "node-2" : "node-1";
            _place.ApplyText($"{{apiVersion: crik.dev/v1alpha1, kind: PodMigration, metadata: {{name: move-{i}}}, spec: {{{what}, to: {{node: {to}}}, timeout: 100s}}}}");

            JsonNode status = Eventually.Found(
                () => _place.Api.Read(_place.PathOf("apis/crik.dev/v1alpha1", $"podmigrations/move-{i}"))["status"] is { } now && now["completionTime"] is not null ? now : null,
                $"move-{i} of the {kind} has ended");

            _output.WriteLine(status.ToJsonString());
            Assert.Equal("1/1", (string)status["moved"]!);
            Assert.Equal("kubelet", (string)status["pods"]![0]!["engine"]!);
            (pod, string wordAfter, int after) = Counting(next => (string)next["metadata"]!["uid"]! != before);
            Assert.Equal((word, to), (wordAfter, (string)pod["spec"]!["nodeName"]!));
            Assert.True(after >= number, $"it had counted to {number}, and went on with {after}");
            number = after;
        }
    }

    [Fact]
    public void A_pod_whose_files_would_stay_behind_is_refused_and_runs_on()
    {
        _place.ApplyText($"{{apiVersion: v1, kind: Pod, metadata: {{name: it}}, spec: {{containers: [{{name: app, image: \"{_image}\"}}], volumes: [{{name: scratch, emptyDir: {{}}}}]}}}}");
        (JsonNode pod, _, _) = Counting(static _ => true);

        (int code, _, string errors) = _place.TryCrik("migrate", "it", "--wait");

        Assert.NotEqual(0, code);
        Assert.Contains("VolumeCannotFollow", errors, StringComparison.Ordinal);
        Assert.Equal((string)pod["metadata"]!["uid"]!, (string)Counting(static _ => true).Pod["metadata"]!["uid"]!);
    }

    private void Start(string kind)
    {
        const string Metadata = """labels: {app: it, crik.dev/restore: "true"}""";
        string pod = $"terminationGracePeriodSeconds: 1, containers: [{{name: app, image: \"{_image}\"}}]";
        _place.ApplyText(kind == "Pod" ? $"{{apiVersion: v1, kind: Pod, metadata: {{name: it, {Metadata}}}, spec: {{{pod}}}}}"
            : $"{{apiVersion: apps/v1, kind: {kind}, metadata: {{name: it}}, spec: {{selector: {{matchLabels: {{app: it}}}}, template: {{metadata: {{{Metadata}}}, spec: {{{pod}}}}}}}}}");
    }

    /// <summary>The one pod that stays, with its word and its last number.</summary>
    private (JsonNode Pod, string Word, int Number) Counting(Func<JsonNode, bool> so) => Eventually.Found(
        () =>
        {
            JsonNode[] pods = [.. _place.Api.Items(_place.PathOf("api/v1", "pods")).Where(pod => pod["metadata"]!["deletionTimestamp"] is null)];
            return pods is [var pod] && (string?)pod["status"]?["phase"] == "Running" && so(pod)
                && _place.Kubectl("logs", (string)pod["metadata"]!["name"]!).Split('\n', StringSplitOptions.RemoveEmptyEntries) is { Length: > 0 } lines
                && lines[^1].Split(' ') is [var word, var number] && int.TryParse(number, out int count) ? Tuple.Create(pod, word, count) : null;
        },
        "one pod counts").ToValueTuple();
}
