using System.Text.Json.Nodes;

namespace Crik.ClusterTests;

/// <summary>A workload whose programs count, in an image without crik, and the PodMigrations that move its pods.</summary>
/// <param name="name">Its name, and that of the label "app" of its pods.</param>
internal sealed class MovingWorkload(TestNamespace place, string image, string name = "it")
{
    /// <summary>The rule of examples/job.yaml. A Job waits longer before each further pod, if the one before counts as failed.</summary>
    private const string Ignored = "{action: Ignore, onExitCodes: {containerName: app, operator: In, values: [123, 124, 125, 143]}}, "
        + "{action: Ignore, onPodConditions: [{type: DisruptionTarget}]}";

    /// <summary>What a PodMigration of this workload selects.</summary>
    private string _what = "";

    public string Name { get; } = name;

    public int GraceSeconds { get; init; } = 20;

    /// <summary>What its pods ask of the injector.</summary>
    public string Annotations { get; init; } = "crik.dev/node-state-server: none";

    /// <summary>Starts it.</summary>
    /// <param name="kind">Pod, or the kind of a controller.</param>
    public void Start(string kind, int replicas = 1)
    {
        string made = $"labels: {{app: {Name}, crik.dev/inject: \"true\"}}, annotations: {{{Annotations}}}";
        string pod = $"terminationGracePeriodSeconds: {GraceSeconds}, containers: [{{name: app, image: \"{image}\"}}]", several = $"selector: {{matchLabels: {{app: {Name}}}}}, replicas: {replicas}";
        string template(string more = "") => $"template: {{metadata: {{{made}}}, spec: {{{more}{pod}}}}}";
        (string version, string metadata, string spec) = kind switch
        {
            "Pod" => ("v1", $", {made}", pod),
            "Job" => ("batch/v1", "", $"backoffLimit: 1000, podFailurePolicy: {{rules: [{Ignored}]}}, {template("restartPolicy: Never, ")}"),
            "Deployment" => ("apps/v1", "", $"{several}, strategy: {{rollingUpdate: {{maxSurge: 0, maxUnavailable: 1}}}}, {template()}"),
            _ => ("apps/v1", "", $"{several}, {template()}"),
        };
        place.ApplyText($"{{apiVersion: {version}, kind: {kind}, metadata: {{name: {Name}{metadata}}}, spec: {{{spec}}}}}");
        _what = kind == "Pod" ? $"pod: {Name}" : $"target: {{kind: {kind}, name: {Name}}}";
    }

    /// <summary>Asks for a move of all its pods.</summary>
    /// <param name="node">Where to. Null: to any other node.</param>
    public void Request(string move, string? node) => place.ApplyText(
        $"{{apiVersion: crik.dev/v1alpha1, kind: PodMigration, metadata: {{name: {move}}}, spec: {{{_what}, {(node is null ? "" : $"to: {{node: {node}}}, ")}timeout: 100s}}}}");

    /// <summary>Waits until a move has ended, well or not.</summary>
    /// <returns>Its status.</returns>
    public JsonNode WaitForEnd(string move) => Eventually.Found(
        () => place.Api.Read(place.PathOf("apis/crik.dev/v1alpha1", $"podmigrations/{move}"))["status"] is { } now && now["completionTime"] is not null ? now : null,
        $"{move} has ended");

    /// <summary>Whether a move that has ended ended well.</summary>
    public static bool IsReady(JsonNode status) =>
        status["conditions"]!.AsArray().Any(one => (string)one!["type"]! == "Ready" && (string)one["status"]! == "True");
}
