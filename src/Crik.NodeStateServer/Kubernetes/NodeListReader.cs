using System.Text.Json;

namespace Crik.NodeStateServer.Kubernetes;

/// <summary>
/// Reads the Nodes of a NodeList one by one while the list arrives. A page of 500 Nodes has 6 MB, but only one Node is
/// in memory at a time. The fields of the list may come in any order.
/// </summary>
internal sealed class NodeListReader(ResponseBuffer buffer, KubernetesJson json)
{
    private JsonReaderState _state;
    private bool _inItems;
    private bool _isOver;

    /// <summary>
    /// The metadata of the list. It is null until it has been read, at the latest at the end of the list.
    /// </summary>
    public MetadataDocument? Metadata { get; private set; }

    /// <returns>The next Node, or null at the end of the list.</returns>
    public async ValueTask<NodeDocument?> ReadAsync(CancellationToken cancellationToken)
    {
        while (!_isOver)
        {
            if (TryStep(out NodeDocument? item))
            {
                if (item is not null)
                {
                    return item;
                }
            }
            else if (buffer.IsAtEnd)
            {
                throw new KubernetesException("the API server's list of Nodes ended in the middle");
            }
            else
            {
                await buffer.FillAsync(cancellationToken);
            }
        }

        return null;
    }

    /// <returns><see langword="false"/> when more bytes are needed. Then no byte was consumed.</returns>
    private bool TryStep(out NodeDocument? item)
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
            throw new KubernetesException($"the API server sent a list of Nodes that is not valid JSON: {exception.Message}", exception);
        }

        buffer.Consume((int)reader.BytesConsumed);
        _state = reader.CurrentState;
        return true;
    }

    private bool TryItem(ref Utf8JsonReader reader, ReadOnlySpan<byte> bytes, out NodeDocument? item)
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

        item = JsonSerializer.Deserialize(bytes[start..(int)reader.BytesConsumed], json.NodeDocument)
            ?? throw new KubernetesException("the API server sent a list in which a Node is null");
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

                Metadata = isMetadata ? JsonSerializer.Deserialize(bytes[start..(int)reader.BytesConsumed], json.MetadataDocument) : Metadata;
                return true;
            default:
                throw new KubernetesException("the API server sent something that is not a list of Nodes");
        }
    }
}
