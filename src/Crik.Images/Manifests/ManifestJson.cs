using System.Text.Json.Serialization;

namespace Crik.Images.Manifests;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ManifestDocument))]
[JsonSerializable(typeof(ConfigurationDocument))]
internal sealed partial class ManifestJson : JsonSerializerContext;
