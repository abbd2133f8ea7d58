using System.Text.Json.Serialization;

namespace Crik.Hosting.Callers;

/// <summary>The serializers for reviews. They are source-generated, because the servers are native.</summary>
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(TokenReviewDocument))]
[JsonSerializable(typeof(AccessReviewDocument))]
internal sealed partial class CallerJson : JsonSerializerContext;
