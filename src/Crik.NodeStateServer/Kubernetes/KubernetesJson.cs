using System.Text.Json;
using System.Text.Json.Serialization;

namespace Crik.NodeStateServer.Kubernetes;

/// <summary>
/// The serializers for the JSON of the API server. They are source-generated, because the server is native.
/// </summary>
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(NodeDocument))]
[JsonSerializable(typeof(PodDocument))]
internal sealed partial class KubernetesJson : JsonSerializerContext
{
    /// <param name="keys">The keys of the labels and annotations to read. All others are skipped.</param>
    public static KubernetesJson Reading(IEnumerable<string> keys) =>
        new(new JsonSerializerOptions { Converters = { new SelectedEntriesConverter(keys) }, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull });
}
