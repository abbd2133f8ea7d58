using System.Text.Json.Serialization;

namespace Crik.Kubernetes.Api;

/// <summary>The serializers for the parts of the API's JSON that the library itself reads.</summary>
[JsonSerializable(typeof(StatusDocument))]
[JsonSerializable(typeof(ListMetadata))]
[JsonSerializable(typeof(HeadDocument))]
internal sealed partial class ApiJson : JsonSerializerContext;
