using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Crik.Kubernetes.Api;

/// <summary>
/// Reads the objects of a list one by one while the list arrives. A page of 500 Nodes has 6 MB, but only one Node is in
/// memory at a time. The fields of the list may come in any order.
/// </summary>
internal sealed class ListReader<T>(ResponseBuffer buffer, JsonTypeInfo<T> json)
    where T : class
{
    private JsonReaderState _state;
    private bool _inItems;
    private bool _isOver;

    /// <summary>
    /// The metadata of the list. It is null until it has been read, at the latest at the end of the list.
    /// </summary>
    public ListMetadata? Metadata { get; private set; }

    /// <returns>The next object, or null at the end of the list.</returns>
    public async ValueTask<T?> ReadAsync(CancellationToken cancellationToken)
    {
        while (!_isOver)
        {
            if (TryStep(out T? item))
            {
                if (item is not null)
                {
                    return item;
                }
            }
            else if (buffer.IsAtEnd)
            {
                throw KubernetesException.NoAnswer("the API server's list ended in the middle");
            }
            else
            {
                await buffer.FillAsync(cancellationToken);
            }
        }

        return null;
    }

    /// <returns><see langword="false"/> when more bytes are needed. Then no byte was consumed.</returns>
    private bool TryStep(out T? item)
    {
        item = null;
        ReadOnlySpan<byte> bytes = buffer.Unread;
        Utf8JsonReader reader = new(bytes, isFinalBlock: false, _state);
        try
        {
            if (!reader.Read() || !(_inItems ? TryItem(ref reader, bytes, out item) : TryField(ref reader, bytes)))
            {
                return false;
            }
        }
        catch (JsonException exception)
        {
            throw KubernetesException.NotUnderstood($"the API server sent a list that is not valid JSON: {exception.Message}", exception);
        }

        buffer.Consume((int)reader.BytesConsumed);
        _state = reader.CurrentState;
        return true;
    }

    private bool TryItem(ref Utf8JsonReader reader, ReadOnlySpan<byte> bytes, out T? item)
    {
        item = null;
        if (reader.TokenType is JsonTokenType.EndArray)
        {
            _inItems = false;
            return true;
        }

        int start = (int)reader.TokenStartIndex;
        if (!reader.TrySkip())
        {
            return false;
        }

        item = JsonSerializer.Deserialize(bytes[start..(int)reader.BytesConsumed], json)
            ?? throw KubernetesException.NotUnderstood("the API server sent a list in which an object is null");
        return true;
    }

    private bool TryField(ref Utf8JsonReader reader, ReadOnlySpan<byte> bytes)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                return true;
            case JsonTokenType.EndObject:
                _isOver = true;
                return true;
            case JsonTokenType.PropertyName when reader.ValueTextEquals("items"u8):
                if (!reader.Read())
                {
                    return false;
                }

                _inItems = reader.TokenType is JsonTokenType.StartArray; // an empty list may be null
                return true;
            case JsonTokenType.PropertyName:
                bool isMetadata = reader.ValueTextEquals("metadata"u8);
                if (!reader.Read())
                {
                    return false;
                }

                int start = (int)reader.TokenStartIndex;
                if (!reader.TrySkip())
                {
                    return false;
                }

                Metadata = isMetadata ? JsonSerializer.Deserialize(bytes[start..(int)reader.BytesConsumed], ApiJson.Default.ListMetadata) : Metadata;
                return true;
            default:
                throw KubernetesException.NotUnderstood("the API server sent something that is not a list");
        }
    }
}
