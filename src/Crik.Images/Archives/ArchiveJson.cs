using System.Text.Json.Serialization;

namespace Crik.Images.Archives;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, MaxDepth = 32)]
[JsonSerializable(typeof(ConfigDumpDocument))]
[JsonSerializable(typeof(SpecDumpDocument))]
[JsonSerializable(typeof(StatusDumpDocument))]
[JsonSerializable(typeof(ContainerMetadataDocument))]
internal sealed partial class ArchiveJson : JsonSerializerContext;
