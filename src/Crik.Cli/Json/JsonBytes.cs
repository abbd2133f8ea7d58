using System.Buffers;
using System.Text.Json;

namespace Crik.Json;

/// <summary>
/// Turns types into JSON and back with code that is written for each type. Code that System.Text.Json generates would make the binary
/// 7 percent larger (docs/design/performance.md).
/// </summary>
internal static class JsonBytes
{
    public static byte[] Write(Action<Utf8JsonWriter> write, JsonWriterOptions options = default)
    {
        ArrayBufferWriter<byte> bytes = new();
        using (Utf8JsonWriter json = new(bytes, options))
        {
            write(json);
        }

        return bytes.WrittenSpan.ToArray();
    }

    /// <param name="depth">How deep objects and arrays may be nested.</param>
    /// <exception cref="JsonException">The bytes are not JSON, or not what <paramref name="read"/> looks for.</exception>
    public static T Read<T>(ReadOnlyMemory<byte> bytes, Func<JsonElement, T> read, int depth = 16)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(bytes, new JsonDocumentOptions { MaxDepth = depth });
            return read(document.RootElement);
        }
        catch (InvalidOperationException exception)
        {
            throw new JsonException($"it holds text that is no UTF-8: {exception.Message}", exception);
        }
    }
}
