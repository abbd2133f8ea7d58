using System.Text.Json.Nodes;

namespace Crik.ClusterTests;

/// <summary>A workload called "it" whose programs count, in an image without crik, and the PodMigrations that move its pods.</summary>
internal sealed class MovingWorkload(TestNamespace place, string image)
{
    /// <summary>What a PodMigration of this workload selects.</summary>
    private string _what = "";

    /// <summary>Starts it.</summary>
    /// <param name="kind">Pod, or the kind of a controller.</param>
    public void Start(string kind, int replicas = 1)
    {
        const string Metadata = """labels: {app: it, crik.dev/inject: "true"}, annotations: {crik.dev/node-state-server: none}""";
        string pod = $"terminationGracePeriodSeconds: 20, containers: [{{name: app, image: \"{image}\"}}]", several = $"selector: {{matchLabels: {{app: it}}}}, replicas: {replicas}";
        string template(string more = "") => $"template: {{metadata: {{{Metadata}}}, spec: {{{more}{pod}}}}}";
        (string version, string metadata, string spec) = kind switch
        {
            "Pod" => ("v1", $", {Metadata}", pod),
            "Job" => ("batch/v1", "", $"backoffLimit: 1000, {template("restartPolicy: Never, ")}"),
            "Deployment" => ("apps/v1", "", $"{several}, strategy: {{rollingUpdate: {{maxSurge: 0, maxUnavailable: 1}}}}, {template()}"),
            _ => ("apps/v1", "", $"{several}, {template()}"),
        };
        place.ApplyText($"{{apiVersion: {version}, kind: {kind}, metadata: {{name: it{metadata}}}, spec: {{{spec}}}}}");
        _what = kind == "Pod" ? "pod: it" : $"target: {{kind: {kind}, name: it}}";
    }

    /// <summary>Asks for a move of all its pods.</summary>
    public void Request(string name, string node) => place.ApplyText(
        $"{{apiVersion: crik.dev/v1alpha1, kind: PodMigration, metadata: {{name: {name}}}, spec: {{{_what}, to: {{node: {node}}}, timeout: 100s}}}}");

    /// <summary>Waits until a move has ended, well or not.</summary>
    /// <returns>Its status.</returns>
    public JsonNode WaitForEnd(string name) => Eventually.Found(
        () => place.Api.Read(place.PathOf("apis/crik.dev/v1alpha1", $"podmigrations/{name}"))["status"] is { } now && now["completionTime"] is not null ? now : null,
        $"{name} has ended");

    /// <summary>Whether a move that has ended ended well.</summary>
    public static bool IsReady(JsonNode status) =>
        status["conditions"]!.AsArray().Any(one => (string)one!["type"]! == "Ready" && (string)one["status"]! == "True");
}
