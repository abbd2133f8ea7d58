using System.Text.Json.Serialization;

namespace Crik.Kubernetes.Resources;

/// <summary>How an object is deleted (DeleteOptions of meta/v1).</summary>
public sealed class Deletion
{
    [JsonPropertyName("apiVersion")]
    [JsonInclude]
    internal string ApiVersion { get; set; } = "v1";

    [JsonPropertyName("kind")]
    [JsonInclude]
    internal string Kind { get; set; } = "DeleteOptions";

    /// <summary>How long a pod has to end, in seconds. Null means its own grace period.</summary>
    [JsonPropertyName("gracePeriodSeconds")]
    public long? GracePeriodSeconds { get; set; }

    /// <summary>`Foreground`, `Background` or `Orphan`: what happens to the objects that it owns.</summary>
    [JsonPropertyName("propagationPolicy")]
    public string? PropagationPolicy { get; set; }

    /// <summary>Null means that the object is deleted whatever it is by now.</summary>
    [JsonPropertyName("preconditions")]
    public DeletionPreconditions? Preconditions { get; set; }
}

/// <summary>What an object must be to be deleted. Otherwise the API server answers with a conflict.</summary>
public sealed class DeletionPreconditions
{
    [JsonPropertyName("uid")]
    public string? Uid { get; set; }

    [JsonPropertyName("resourceVersion")]
    public string? ResourceVersion { get; set; }
}

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Deletion))]
internal sealed partial class ResourceJson : JsonSerializerContext;
