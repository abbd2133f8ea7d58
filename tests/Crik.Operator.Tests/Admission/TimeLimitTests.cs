using System.Text.Json.Nodes;
using Crik.Kubernetes.Access;
using Crik.Kubernetes.Api;
using Crik.Operator.Admission;
using Crik.Operator.Migrations.Admitting;
using Crik.Operator.Migrations.Cluster;
using Crik.Pods;
using Crik.Pods.Reading;

namespace Crik.Operator.Tests.Admission;

/// <summary>Compares the time that an answer may take with the time for which the API server waits for it.</summary>
public sealed class TimeLimitTests
{
    private static readonly AdmissionOptions s_options = new(new InjectionSettings("bundle:1"), "crik");

    [Fact]
    public async Task While_the_API_server_answers_nothing_all_steps_together_take_no_longer_than_one_answer_may()
    {
        using StandInHttpServer silent = new(_ => new TaskCompletionSource<byte[]?>().Task);
        using KubernetesApi api = new(new ClusterAccess { Server = new Uri($"http://127.0.0.1:{silent.Port}") }, "crik-tests/1");
        QuickTimers time = new();
        ClusterFacts facts = new(api);
        ReplacementAdmission replacements = new(new MigrationObjects(api), new MigrationPods(api), facts, time);
        JsonObject pod = (JsonObject)JsonNode.Parse("""
            {"metadata": {"name": "web-0", "labels": {"crik.dev/inject": "true"},
              "annotations": {"crik.dev/restore": "latest", "crik.dev/restore-fallback": "fresh"},
              "ownerReferences": [{"apiVersion": "apps/v1", "kind": "StatefulSet", "name": "web", "uid": "s", "controller": true}]},
             "spec": {"containers": [{"name": "app", "image": "app:1", "command": ["app"]}]} }
            """)!;

        AdmissionResponse response = await new AdmissionHandler(s_options, facts, new FixedImages(), time, replacements)
            .HandleAsync(new AdmissionRequest("u1", "shop", pod), CancellationToken.None);

        (TimeSpan whole, TimeSpan restore, TimeSpan replacement) = time.Started is [var first, var second, var third] ? (first, second, third) : default;
        Assert.Equal((AdmissionOutcome.Skipped, SkipReasons.FactsUnknown), (response.Outcome, response.SkipReason));
        Assert.Equal(s_options.Timeout, whole + replacement); // one after the other
        Assert.InRange(restore, TimeSpan.FromSeconds(1), whole - TimeSpan.FromSeconds(1)); // within the first one
    }

    [Fact]
    public void The_API_server_waits_longer_for_every_value_that_the_chart_allows()
    {
        JsonNode? allowed = JsonNode.Parse(File.ReadAllText(Repository.In("charts/crik/values.schema.json")))
            .At("properties", "webhook", "properties", "timeoutSeconds");

        Assert.InRange(allowed.At("minimum").Number()!.Value, s_options.Timeout.TotalSeconds + 1, 30);
        Assert.True(DocumentText.Has("charts/crik/values.yaml", $"The operator answers within {s_options.Timeout.TotalSeconds} s"));
    }
}
