using System.Text.Json.Serialization;
using Crik.Operator.Admission;
using Crik.Pods;

namespace Crik.Operator.Upkeep;

/// <summary>The fields of a Pod, or of a Namespace, that the upkeep reads.</summary>
internal sealed class PodDocument
{
    [JsonPropertyName("metadata")]
    public PodMetadata? Metadata { get; set; }

    [JsonPropertyName("status")]
    public PodStatusDocument? Status { get; set; }

    public SeenPod? ToSeenPod() => Metadata is not { Name: { } name, Namespace: { } space, Uid: { } uid } ? null
        : new SeenPod(
            space,
            name,
            uid,
            Metadata.Labels?.GetValueOrDefault(PodNames.InjectLabel),
            Metadata.Annotations is { } known && (known.ContainsKey(PodNames.InjectedAnnotation) || known.ContainsKey(PodNames.RestoredFromAnnotation)),
            Short(PodNames.SkippedAnnotation),
            Short(PodNames.ClaimRequestAnnotation),
            Status?.Phase ?? "",
            Metadata.OwnerReferences?.FirstOrDefault(static owner => owner.Controller)?.ToOwner())
        {
            IsMirror = Metadata.Annotations?.ContainsKey("kubernetes.io/config.mirror") ?? false,
            IsEnding = Metadata.DeletionTimestamp is not null,
        };

    /// <summary>No annotation that the operator has written is longer. Strangers write up to 256 KiB, for each pod that is remembered.</summary>
    private const int LongestAnnotation = 2048;

    private string? Short(string annotation) =>
        Metadata!.Annotations?.GetValueOrDefault(annotation) is { Length: > LongestAnnotation } text ? text[..LongestAnnotation] : Metadata.Annotations?.GetValueOrDefault(annotation);
}

internal sealed class PodMetadata
{
    [JsonPropertyName("name")]
    public string? Name { get; set; }

    [JsonPropertyName("namespace")]
    public string? Namespace { get; set; }

    [JsonPropertyName("uid")]
    public string? Uid { get; set; }

    [JsonPropertyName("labels")]
    public Dictionary<string, string>? Labels { get; set; }

    [JsonPropertyName("annotations")]
    public Dictionary<string, string>? Annotations { get; set; }

    [JsonPropertyName("ownerReferences")]
    public OwnerDocument[]? OwnerReferences { get; set; }

    [JsonPropertyName("deletionTimestamp")]
    public string? DeletionTimestamp { get; set; }

    [JsonPropertyName("resourceVersion")]
    public string? ResourceVersion { get; set; }
}

internal sealed class OwnerDocument
{
    [JsonPropertyName("apiVersion")]
    public string? ApiVersion { get; set; }

    [JsonPropertyName("kind")]
    public string? Kind { get; set; }

    [JsonPropertyName("name")]
    public string? Name { get; set; }

    [JsonPropertyName("uid")]
    public string? Uid { get; set; }

    [JsonPropertyName("controller")]
    public bool Controller { get; set; }

    public Owner? ToOwner() => this is { Kind: { } kind, Name: { } name, Uid: { } uid }
        ? new Owner(kind, ApiVersion?.Split('/') is [var group, _] ? group : "", name, uid) : null;
}

internal sealed class PodStatusDocument
{
    [JsonPropertyName("phase")]
    public string? Phase { get; set; }
}

[JsonSerializable(typeof(PodDocument))]
internal sealed partial class UpkeepJson : JsonSerializerContext;
