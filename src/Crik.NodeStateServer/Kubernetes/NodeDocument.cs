using System.Text.Json.Serialization;
using Crik.NodeStateServer.Signals;

namespace Crik.NodeStateServer.Kubernetes;

/// <summary>The fields of a Node that are read from the API server's JSON. Most fields of a Node are skipped.</summary>
internal sealed class NodeDocument
{
    [JsonPropertyName("metadata")]
    public MetadataDocument? Metadata { get; set; }

    [JsonPropertyName("spec")]
    public NodeSpecDocument? Spec { get; set; }

    [JsonPropertyName("status")]
    public NodeStatusDocument? Status { get; set; }

    public NodeSnapshot ToSnapshot() => new()
    {
        Name = Metadata?.Name ?? "",
        ResourceVersion = Metadata?.ResourceVersion,
        DeletedAt = Metadata?.DeletionTimestamp,
        Labels = Metadata?.Labels?.Values ?? NodeSnapshot.EmptyMap,
        Annotations = Metadata?.Annotations?.Values ?? NodeSnapshot.EmptyMap,
        Unschedulable = Spec?.Unschedulable ?? false,
        Taints = Spec?.Taints is null ? [] : [.. Spec.Taints.Select(taint => new NodeTaint(taint.Key ?? "", taint.Value ?? "", taint.Effect ?? "", taint.TimeAdded))],
        Conditions = Status?.Conditions is null ? [] : [.. Status.Conditions.Select(condition => new NodeCondition(
            condition.Type ?? "", condition.Status ?? "", condition.Reason ?? "", condition.Message ?? "", condition.LastTransitionTime))],
    };
}

internal sealed class MetadataDocument
{
    [JsonPropertyName("name")]
    public string? Name { get; set; }

    [JsonPropertyName("resourceVersion")]
    public string? ResourceVersion { get; set; }

    /// <summary>The token for the next page. Only lists have it.</summary>
    [JsonPropertyName("continue")]
    public string? Continue { get; set; }

    [JsonPropertyName("deletionTimestamp")]
    public DateTimeOffset? DeletionTimestamp { get; set; }

    [JsonPropertyName("labels")]
    public SelectedEntries? Labels { get; set; }

    [JsonPropertyName("annotations")]
    public SelectedEntries? Annotations { get; set; }
}

internal sealed class NodeSpecDocument
{
    [JsonPropertyName("unschedulable")]
    public bool? Unschedulable { get; set; }

    [JsonPropertyName("taints")]
    public List<TaintDocument>? Taints { get; set; }
}

internal sealed class TaintDocument
{
    [JsonPropertyName("key")]
    [JsonConverter(typeof(PooledStringConverter))]
    public string? Key { get; set; }

    [JsonPropertyName("value")]
    [JsonConverter(typeof(PooledStringConverter))]
    public string? Value { get; set; }

    [JsonPropertyName("effect")]
    [JsonConverter(typeof(PooledStringConverter))]
    public string? Effect { get; set; }

    [JsonPropertyName("timeAdded")]
    public DateTimeOffset? TimeAdded { get; set; }
}

internal sealed class NodeStatusDocument
{
    [JsonPropertyName("conditions")]
    public List<ConditionDocument>? Conditions { get; set; }
}

internal sealed class ConditionDocument
{
    [JsonPropertyName("type")]
    [JsonConverter(typeof(PooledStringConverter))]
    public string? Type { get; set; }

    [JsonPropertyName("status")]
    [JsonConverter(typeof(PooledStringConverter))]
    public string? Status { get; set; }

    [JsonPropertyName("reason")]
    [JsonConverter(typeof(PooledStringConverter))]
    public string? Reason { get; set; }

    [JsonPropertyName("message")]
    [JsonConverter(typeof(PooledStringConverter))]
    public string? Message { get; set; }

    [JsonPropertyName("lastTransitionTime")]
    public DateTimeOffset? LastTransitionTime { get; set; }
}
