using System.Text.Json.Nodes;
using Crik.Kubectl.Cluster;

namespace Crik.Kubectl.Commands;

/// <summary>What is known about one container that runs under crik.</summary>
/// <param name="Answer">What `crik status` says. Null if it could not be asked.</param>
/// <param name="Checkpoints">What `crik list` says. Null if it could not be asked.</param>
/// <param name="Problem">Why something could not be asked.</param>
internal sealed record PodStatus(JsonObject Pod, string Container, JsonObject? Answer, JsonObject? Checkpoints, string? Problem)
{
    public string Namespace => Pod.Text("metadata", "namespace") ?? "";

    public string Name => Pod.Name();

    public string State => Answer.Text("state") ?? (Pod.At("metadata", "deletionTimestamp") is not null ? "Terminating" : Pod.Text("status", "phase") ?? "Unknown");

    public string? NodeName => Pod.Text("spec", "nodeName");

    /// <summary>The newest checkpoint that is complete.</summary>
    public JsonObject? Newest => Checkpoints.Objects("checkpoints")
        .Where(static checkpoint => checkpoint.Text("state") == "committed").MaxBy(static checkpoint => checkpoint.Number("generation"));

    public string? Program => CrikContainers.ProgramOf(Pod, Container)
        ?? (Newest.At("command") is JsonArray command ? string.Join(' ', command.Select(static word => word.Text())) : null);

    public JsonObject ToJson() => new()
    {
        ["namespace"] = Namespace,
        ["pod"] = Name,
        ["container"] = Container,
        ["program"] = Program,
        ["phase"] = Pod.Text("status", "phase"),
        ["node"] = NodeName,
        ["status"] = Answer?.DeepClone(),
        ["lastCheckpoint"] = Newest?.DeepClone(),
        ["problem"] = Problem,
    };
}
