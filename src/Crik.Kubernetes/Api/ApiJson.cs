using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Crik.Kubernetes.Api;

/// <summary>The serializers for the parts of the API's JSON that the library itself reads.</summary>
[JsonSerializable(typeof(StatusDocument))]
[JsonSerializable(typeof(ListMetadata))]
[JsonSerializable(typeof(HeadDocument))]
[JsonSerializable(typeof(JsonObject))]
[JsonSerializable(typeof(JsonArray))]
internal sealed partial class ApiJson : JsonSerializerContext;
