using System.Text.Json;
using Crik.NodeStateServer.Watching;

namespace Crik.NodeStateServer.Kubernetes;

/// <summary>Parses one line of a watch, such as `{"type":"MODIFIED","object":{…}}`.</summary>
internal static class WatchEvent
{
    /// <returns>The change, or null for an unknown type of event.</returns>
    /// <exception cref="WatchExpiredException">The event is an ERROR with code 410.</exception>
    /// <exception cref="NodeSourceException">The event is another ERROR, or the line is not an event.</exception>
    public static NodeChange? Parse(ReadOnlySpan<byte> line, KubernetesJson json)
    {
        try
        {
            (string type, Range body) = Split(line);
            if (type == "ERROR")
            {
                throw Error(JsonSerializer.Deserialize(line[body], json.StatusDocument));
            }

            NodeChangeKind? kind = type switch
            {
                "ADDED" or "MODIFIED" => NodeChangeKind.Present,
                "DELETED" => NodeChangeKind.Deleted,
                "BOOKMARK" => NodeChangeKind.Bookmark,
                _ => null,
            };
            if (kind is null)
            {
                return null;
            }

            NodeDocument node = JsonSerializer.Deserialize(line[body], json.NodeDocument) ?? throw new JsonException("the event has no object");
            return new NodeChange(kind.Value, node.Metadata?.ResourceVersion, kind is NodeChangeKind.Bookmark ? null : node.ToSnapshot());
        }
        catch (JsonException exception)
        {
            throw new NodeSourceException($"the API server sent something in a watch that is not a valid event: {exception.Message}", exception);
        }
    }

    private static (string Type, Range Body) Split(ReadOnlySpan<byte> line)
    {
        Utf8JsonReader reader = new(line);
        string? type = null;
        Range? body = null;
        reader.Read();
        while (reader.Read() && reader.TokenType is JsonTokenType.PropertyName)
        {
            bool isType = reader.ValueTextEquals("type"u8);
            bool isObject = reader.ValueTextEquals("object"u8);
            reader.Read();
            int start = (int)reader.TokenStartIndex;
            type = isType && reader.TokenType is JsonTokenType.String ? StringPool.Get(reader.ValueSpan) : type;
            reader.Skip();
            body = isObject ? start..(int)reader.BytesConsumed : body;
        }

        reader.Read(); // throws if anything follows the object
        return type is not null && body is not null ? (type, body.Value) : throw new JsonException("the event has no type or no object");
    }

    private static NodeSourceException Error(StatusDocument? status)
    {
        string message = status?.Message ?? "it gave no reason";
        return status?.Code == 410 || status?.Reason is "Expired" or "Gone"
            ? new WatchExpiredException(message)
            : new NodeSourceException($"the API server ended the watch with an error: {message}") { MustList = status?.Code != 429 };
    }
}
