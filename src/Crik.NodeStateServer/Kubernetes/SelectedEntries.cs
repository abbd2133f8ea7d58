using System.Text.Json.Serialization;

namespace Crik.NodeStateServer.Kubernetes;

/// <summary>The labels or annotations of a Node that rules need.</summary>
internal sealed class SelectedEntries(IReadOnlyDictionary<string, string> values)
{
    [JsonIgnore]
    public IReadOnlyDictionary<string, string> Values { get; } = values;
}
