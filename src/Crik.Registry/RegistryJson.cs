using System.Text.Json.Serialization;

namespace Crik.Registry;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(DockerConfigDocument))]
[JsonSerializable(typeof(Dictionary<string, DockerAuthDocument>))]
[JsonSerializable(typeof(ManifestDocument))]
[JsonSerializable(typeof(ImageConfigurationDocument))]
[JsonSerializable(typeof(TokenDocument))]
[JsonSerializable(typeof(ErrorsDocument))]
[JsonSerializable(typeof(AnnotatedDocument))]
internal sealed partial class RegistryJson : JsonSerializerContext;
