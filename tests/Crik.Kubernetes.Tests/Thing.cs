using System.Text.Json.Serialization;

namespace Crik.Kubernetes.Tests;

/// <summary>An object as a user of the library describes it: only the fields that it reads.</summary>
internal sealed class Thing
{
    [JsonPropertyName("metadata")]
    public ThingMetadata? Metadata { get; set; }

    [JsonPropertyName("spec")]
    public ThingSpec? Spec { get; set; }
}

internal sealed class ThingMetadata
{
    [JsonPropertyName("name")]
    public string? Name { get; set; }
}

internal sealed class ThingSpec
{
    [JsonPropertyName("unschedulable")]
    public bool? Unschedulable { get; set; }

    [JsonPropertyName("taints")]
    public string[]? Taints { get; set; }
}

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Thing))]
internal sealed partial class ThingJson : JsonSerializerContext;
