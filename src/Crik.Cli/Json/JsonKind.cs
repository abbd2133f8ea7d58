using System.Text.Json;

namespace Crik.Json;

/// <summary>How a value of one type is written and read.</summary>
/// <param name="Read">Gets the value and the name of its field, for the message of an exception.</param>
internal sealed record JsonKind<T>(Action<Utf8JsonWriter, T> Write, Func<JsonElement, string, T> Read);

/// <summary>
/// The kinds of values in crik's own files and packets. Code that System.Text.Json generates would make the binary 7 percent larger
/// (docs/design/performance.md).
/// </summary>
internal static class JsonKinds
{
    /// <summary>The key of bytes that are no text.</summary>
    private const string Base64 = "base64";

    public static JsonKind<string> Text { get; } = new(
        (json, text) => json.WriteStringValue(text),
        (from, name) => from.ValueKind == JsonValueKind.String ? from.GetString()! : throw new JsonException($"'{name}' is no text"));

    public static JsonKind<byte[]> Bytes { get; } = new(
        (json, bytes) => json.WriteBase64StringValue(bytes),
        (from, name) => from.ValueKind == JsonValueKind.String && from.TryGetBytesFromBase64(out byte[]? value) ? value
            : throw new JsonException($"'{name}' is no base64"));

    private static readonly JsonKind<string> s_encoded = ObjectOf<string>(
        (fields, text) => ByteStrings.Decode(fields.Field(Base64, Bytes, text is null ? null : ByteStrings.Encode(text))));

    /// <summary>
    /// A path, or other bytes that need not be UTF-8, so that every byte can be read again: as text where it is text, and otherwise as an
    /// object that holds the bytes in base64.
    /// </summary>
    public static JsonKind<string> ByteText { get; } = new(
        (json, text) => (ByteStrings.IsText(text) ? Text : s_encoded).Write(json, text),
        (from, name) => (from.ValueKind == JsonValueKind.Object ? s_encoded : Text).Read(from, name));

    public static JsonKind<bool> Flag { get; } = new(
        (json, flag) => json.WriteBooleanValue(flag),
        (from, name) => from.ValueKind is JsonValueKind.True or JsonValueKind.False ? from.GetBoolean()
            : throw new JsonException($"'{name}' is neither true nor false"));

    public static JsonKind<int> Int { get; } = new(
        (json, number) => json.WriteNumberValue(number),
        (from, name) => from.ValueKind == JsonValueKind.Number && from.TryGetInt32(out int value) ? value : throw NoNumber(name));

    public static JsonKind<uint> UInt { get; } = new(
        (json, number) => json.WriteNumberValue(number),
        (from, name) => from.ValueKind == JsonValueKind.Number && from.TryGetUInt32(out uint value) ? value : throw NoNumber(name));

    public static JsonKind<long> Long { get; } = new(
        (json, number) => json.WriteNumberValue(number),
        (from, name) => from.ValueKind == JsonValueKind.Number && from.TryGetInt64(out long value) ? value : throw NoNumber(name));

    public static JsonKind<DateTimeOffset> Time { get; } = new(
        (json, time) => json.WriteStringValue(time),
        (from, name) => from.ValueKind == JsonValueKind.String && from.TryGetDateTimeOffset(out DateTimeOffset value) ? value
            : throw new JsonException($"'{name}' is no time"));

    public static JsonKind<T> ObjectOf<T>(JsonForm<T> form) => new(
        (json, value) => JsonFields.Write(json, value, form), (from, _) => JsonFields.Read(from, form));

    /// <summary>A list; one that is read is an array.</summary>
    public static JsonKind<IReadOnlyList<T>> ListOf<T>(JsonKind<T> item) => new(
        (json, values) =>
        {
            json.WriteStartArray();
            foreach (T value in values)
            {
                item.Write(json, value);
            }

            json.WriteEndArray();
        },
        (from, name) =>
        {
            T[] values = from.ValueKind == JsonValueKind.Array ? new T[from.GetArrayLength()] : throw new JsonException($"'{name}' is no list");
            int count = 0;
            foreach (JsonElement element in from.EnumerateArray())
            {
                values[count++] = item.Read(element, name);
            }

            return values;
        });

    private static JsonException NoNumber(string name) => new($"'{name}' is no number that fits");
}
