using System.Text.Json.Nodes;
using Crik.Registry;

namespace Crik.Pods.Tests;

/// <summary>Pods and images to try the rules on.</summary>
internal static class Pods
{
    public static readonly InjectionSettings Settings = new("registry.example/crik:1");

    /// <summary>A pod with a name and one container `app`. The fields are JSON without the outer braces.</summary>
    public static JsonObject With(string container = "\"command\":[\"app\"]", string spec = "", string metadata = "") => Parse(
        $$"""
        {
          "metadata": {"name": "web-0" {{Comma(metadata)}} },
          "spec": {"containers": [{"name": "app", "image": "nginx" {{Comma(container)}} }] {{Comma(spec)}} }
        }
        """);

    public static JsonObject Annotated(string name, string value, string container = "\"command\":[\"app\"]") =>
        With(container, metadata: $$"""
            "annotations":{"{{name}}":"{{value}}"}
            """);

    public static JsonObject Parse(string json) => (JsonObject)JsonNode.Parse(json)!;

    public static PodToInject Bare(JsonObject pod) => new(pod, null, NamespaceFacts.Unknown);

    public static PodToInject Of(JsonObject pod, string kind, string name, int? concurrency = null) =>
        new(pod, new PodController(kind, name, concurrency), NamespaceFacts.Unknown);

    public static ImageConfiguration Image(string[] entrypoint, string[] command) => new("sha256:0", entrypoint, command);

    public static InjectionPlan Plan(PodToInject pod, ImageConfiguration? image = null, InjectionSettings? settings = null) => Injector.Plan(
        pod, settings ?? Settings, image is null ? new Dictionary<string, ImageConfiguration>() : Injector.ContainersWhoseImageIsNeeded(pod).ToDictionary(name => name, _ => image));

    public static InjectionPlan.Injected Inject(PodToInject pod, ImageConfiguration? image = null, InjectionSettings? settings = null) =>
        Assert.IsType<InjectionPlan.Injected>(Plan(pod, image, settings));

    public static JsonObject Injected(PodToInject pod, ImageConfiguration? image = null, InjectionSettings? settings = null) =>
        JsonPatch.Apply(pod.Pod, Inject(pod, image, settings).Changes);

    public static InjectionPlan.Skipped Skip(PodToInject pod, ImageConfiguration? image = null) => Assert.IsType<InjectionPlan.Skipped>(Plan(pod, image));

    public static JsonNode Container(JsonObject pod, int index = 0) => pod["spec"]!["containers"]![index]!;

    /// <summary>The value of a variable, or the path of the field that it takes its value from.</summary>
    public static string? Variable(JsonNode container, string name) =>
        container["env"]!.AsArray().SingleOrDefault(variable => (string?)variable!["name"] == name) is not { } variable ? null
            : (string?)variable["value"] ?? (string?)variable["valueFrom"]!["fieldRef"]!["fieldPath"];

    private static string Comma(string fields) => fields.Length == 0 ? "" : "," + fields;
}
