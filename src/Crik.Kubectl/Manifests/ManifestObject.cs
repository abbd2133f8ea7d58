using System.Text.Json.Nodes;
using Crik.Kubectl.Cluster;
using Crik.Pods;

namespace Crik.Kubectl.Manifests;

/// <summary>An object in a manifest.</summary>
/// <param name="Pointer">The JSON pointer to it: empty, or `/items/3` in a `kind: List`.</param>
internal sealed record ManifestObject(string Pointer, JsonObject Json)
{
    public string? KindName => Json.Text("kind");

    /// <summary>As kubectl names objects, but with the kind as the manifest has it.</summary>
    public string Title => $"{KindName ?? "object"}/{Json.Text("metadata", "name") ?? Json.Text("metadata", "generateName") ?? "?"}";

    public string? Namespace => Json.Text("metadata", "namespace");

    public ObjectKind? Kind => ObjectKind.OfKind(KindName);

    /// <summary>The pod, or the template of one. Null if this kind has none.</summary>
    public JsonObject? Template => Kind is not { } kind ? null
        : Json.At(kind.Template.Split('/', StringSplitOptions.RemoveEmptyEntries)) as JsonObject;

    public string TemplatePointer => Pointer + Kind!.Template;

    /// <param name="spaces">What is known about namespaces, by their names.</param>
    public PodToInject ToPod(IReadOnlyDictionary<string, NamespaceFacts> spaces) => new(
        Template!,
        Kind == ObjectKind.Pod ? null : Controller(),
        spaces.GetValueOrDefault(Namespace ?? "default") ?? NamespaceFacts.Unknown with { Name = Namespace ?? "" })
    {
        IsTemplate = Kind != ObjectKind.Pod,
    };

    private PodController Controller()
    {
        JsonObject? job = KindName == "CronJob" ? Json.At("spec", "jobTemplate") as JsonObject : Json;
        return new PodController(KindName!, Json.Name(), (int?)(job.Number("spec", "replicas") ?? job.Number("spec", "parallelism")))
        {
            IsIndexed = job.Text("spec", "completionMode") == "Indexed",
            Strategy = Json.Text("spec", "strategy", "type"),
        };
    }
}
