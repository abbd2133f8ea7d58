using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Crik.NodeStateServer.Signals;

namespace Crik.NodeStateServer.Kubernetes;

/// <summary>
/// Reads only the labels or annotations that rules need. A Node has dozens of them, and some have many kilobytes, so
/// the others are skipped without decoding them.
/// </summary>
internal sealed class SelectedEntriesConverter(IEnumerable<string> keys) : JsonConverter<SelectedEntries>
{
    private static readonly SelectedEntries s_none = new(NodeSnapshot.EmptyMap);

    private readonly (string Key, byte[] Utf8)[] _keys = [.. keys.Distinct().Select(key => (key, Encoding.UTF8.GetBytes(key)))];

    public override SelectedEntries? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType is not JsonTokenType.StartObject)
        {
            throw new JsonException("labels and annotations must be an object");
        }

        Dictionary<string, string>? found = null;
        while (reader.Read() && reader.TokenType is JsonTokenType.PropertyName)
        {
            string? key = Find(ref reader);
            reader.Read();
            if (key is not null && reader.TokenType is JsonTokenType.String)
            {
                (found ??= [])[key] = reader.GetString()!;
            }
            else
            {
                reader.Skip();
            }
        }

        return found is null ? s_none : new SelectedEntries(found);
    }

    public override void Write(Utf8JsonWriter writer, SelectedEntries value, JsonSerializerOptions options) => throw new NotSupportedException();

    private string? Find(ref Utf8JsonReader reader)
    {
        foreach ((string key, byte[] utf8) in _keys)
        {
            if (reader.ValueTextEquals(utf8))
            {
                return key;
            }
        }

        return null;
    }
}
