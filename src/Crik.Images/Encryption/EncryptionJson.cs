using System.Text.Json.Serialization;

namespace Crik.Images.Encryption;

[JsonSerializable(typeof(PrivateOptionsDocument))]
[JsonSerializable(typeof(PublicOptionsDocument))]
[JsonSerializable(typeof(JweHeaderDocument))]
[JsonSerializable(typeof(JweDocument))]
internal sealed partial class EncryptionJson : JsonSerializerContext;
