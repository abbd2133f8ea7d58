using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Crik.Kubernetes.Api;

namespace Crik.Kubernetes.Watching;

/// <summary>One event of a watch.</summary>
/// <param name="Version">The version of the object, from which the next watch can start.</param>
/// <param name="Item">Null in bookmarks.</param>
internal readonly record struct WatchEvent<T>(WatchEventType Type, string? Version, T? Item)
    where T : class;

/// <summary>Parses one line of a watch, such as `{"type":"MODIFIED","object":{…}}`.</summary>
internal static class WatchEvent
{
    /// <returns>The event, or null for an unknown type of event.</returns>
    /// <exception cref="KubernetesException">The event is an ERROR, or the line is not an event.</exception>
    public static WatchEvent<T>? Parse<T>(ReadOnlySpan<byte> line, JsonTypeInfo<T> json)
        where T : class
    {
        try
        {
            (Kind kind, Range body) = Split(line);
            if (kind is Kind.Error)
            {
                throw Error(JsonSerializer.Deserialize(line[body], ApiJson.Default.StatusDocument));
            }

            if (kind is Kind.Unknown)
            {
                return null;
            }

            HeadDocument head = JsonSerializer.Deserialize(line[body], ApiJson.Default.HeadDocument) ?? throw new JsonException("the event has no object");
            WatchEventType type = kind is Kind.Present ? WatchEventType.Present
                : kind is Kind.Deleted ? WatchEventType.Deleted
                : head.Metadata?.Annotations?.InitialEventsEnd is "true" ? WatchEventType.InitialEventsEnd
                : WatchEventType.Bookmark;
            return new WatchEvent<T>(type, head.Metadata?.ResourceVersion, kind is Kind.Bookmark ? null : JsonSerializer.Deserialize(line[body], json));
        }
        catch (JsonException exception)
        {
            throw KubernetesException.NotUnderstood($"the API server sent something in a watch that is not a valid event: {exception.Message}", exception);
        }
    }

    private static (Kind Kind, Range Body) Split(ReadOnlySpan<byte> line)
    {
        Utf8JsonReader reader = new(line);
        Kind? kind = null;
        Range? body = null;
        reader.Read();
        while (reader.Read() && reader.TokenType is JsonTokenType.PropertyName)
        {
            bool isType = reader.ValueTextEquals("type"u8);
            bool isObject = reader.ValueTextEquals("object"u8);
            reader.Read();
            int start = (int)reader.TokenStartIndex;
            kind = isType && reader.TokenType is JsonTokenType.String ? KindOf(ref reader) : kind;
            reader.Skip();
            body = isObject ? start..(int)reader.BytesConsumed : body;
        }

        reader.Read(); // throws if anything follows the object
        return kind is not null && body is not null ? (kind.Value, body.Value) : throw new JsonException("the event has no type or no object");
    }

    private static Kind KindOf(ref Utf8JsonReader reader) =>
        reader.ValueTextEquals("MODIFIED"u8) || reader.ValueTextEquals("ADDED"u8) ? Kind.Present
        : reader.ValueTextEquals("DELETED"u8) ? Kind.Deleted
        : reader.ValueTextEquals("BOOKMARK"u8) ? Kind.Bookmark
        : reader.ValueTextEquals("ERROR"u8) ? Kind.Error
        : Kind.Unknown;

    private static KubernetesException Error(StatusDocument? status) => KubernetesException.Refused(
        $"the API server ended the watch with an error: {status?.Message ?? "it gave no reason"}", (HttpStatusCode?)status?.Code, status, isEvent: true);

    private enum Kind
    {
        Unknown,
        Present,
        Deleted,
        Bookmark,
        Error,
    }
}
