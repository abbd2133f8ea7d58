using System.Text.Json;

namespace Crik.Json;

/// <summary>Reads the fields of a JSON object. An exception names the field that is missing, null or of another type.</summary>
internal static class JsonFields
{
    public static string Text(this JsonElement from, string name) => AsText(Field(from, name), name);

    public static string? TextOrNull(this JsonElement from, string name) => Find(from, name) is { } field ? AsText(field, name) : null;

    /// <summary>A path, or other bytes that need not be UTF-8, as <see cref="JsonOutput.WriteByteText"/> writes it.</summary>
    public static string ByteText(this JsonElement from, string name) => AsByteText(Field(from, name), name);

    public static bool Flag(this JsonElement from, string name) => AsFlag(Field(from, name), name);

    public static bool FlagOrFalse(this JsonElement from, string name) => Find(from, name) is { } field && AsFlag(field, name);

    public static int Int(this JsonElement from, string name) => AsInt(Field(from, name), name);

    public static int? IntOrNull(this JsonElement from, string name) => Find(from, name) is { } field ? AsInt(field, name) : null;

    public static uint UInt(this JsonElement from, string name) => AsUInt(Field(from, name), name);

    public static uint? UIntOrNull(this JsonElement from, string name) => Find(from, name) is { } field ? AsUInt(field, name) : null;

    public static long Long(this JsonElement from, string name) => AsLong(Field(from, name), name);

    public static long? LongOrNull(this JsonElement from, string name) => Find(from, name) is { } field ? AsLong(field, name) : null;

    public static DateTimeOffset Time(this JsonElement from, string name) => AsTime(Field(from, name), name);

    public static DateTimeOffset? TimeOrNull(this JsonElement from, string name) => Find(from, name) is { } field ? AsTime(field, name) : null;

    public static byte[] Bytes(this JsonElement from, string name) => AsBytes(Field(from, name), name);

    public static byte[]? BytesOrNull(this JsonElement from, string name) => Find(from, name) is { } field ? AsBytes(field, name) : null;

    public static T Object<T>(this JsonElement from, string name, Func<JsonElement, T> read) => read(Field(from, name));

    public static T? ObjectOrNull<T>(this JsonElement from, string name, Func<JsonElement, T> read)
        where T : class => Find(from, name) is { } field ? read(field) : null;

    public static IReadOnlyList<string> Texts(this JsonElement from, string name) => Items(Field(from, name), name, AsText);

    public static IReadOnlyList<string>? TextsOrNull(this JsonElement from, string name) => Find(from, name) is { } field ? Items(field, name, AsText) : null;

    public static IReadOnlyList<string> ByteTexts(this JsonElement from, string name) => Items(Field(from, name), name, AsByteText);

    public static IReadOnlyList<string>? ByteTextsOrNull(this JsonElement from, string name) => Find(from, name) is { } field ? Items(field, name, AsByteText) : null;

    public static IReadOnlyList<int> Ints(this JsonElement from, string name) => Items(Field(from, name), name, AsInt);

    public static IReadOnlyList<int>? IntsOrNull(this JsonElement from, string name) => Find(from, name) is { } field ? Items(field, name, AsInt) : null;

    public static IReadOnlyList<uint> UInts(this JsonElement from, string name) => Items(Field(from, name), name, AsUInt);

    public static long[]? LongsOrNull(this JsonElement from, string name) => Find(from, name) is { } field ? Items(field, name, AsLong) : null;

    public static T[] Objects<T>(this JsonElement from, string name, Func<JsonElement, T> read) => Items(Field(from, name), name, (item, _) => read(item));

    public static T[]? ObjectsOrNull<T>(this JsonElement from, string name, Func<JsonElement, T> read) =>
        Find(from, name) is { } field ? Items(field, name, (item, _) => read(item)) : null;

    private static JsonElement Field(JsonElement from, string name) => Find(from, name) ?? throw new JsonException($"'{name}' is missing");

    private static JsonElement? Find(JsonElement from, string name) =>
        from.ValueKind != JsonValueKind.Object ? throw new JsonException($"where '{name}' should be is no object")
        : from.TryGetProperty(name, out JsonElement field) && field.ValueKind != JsonValueKind.Null ? field : null;

    private static T[] Items<T>(JsonElement list, string name, Func<JsonElement, string, T> read)
    {
        if (list.ValueKind != JsonValueKind.Array)
        {
            throw new JsonException($"'{name}' is no list");
        }

        T[] items = new T[list.GetArrayLength()];
        int count = 0;
        foreach (JsonElement item in list.EnumerateArray())
        {
            items[count++] = read(item, name);
        }

        return items;
    }

    private static string AsText(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.String ? element.GetString()! : throw new JsonException($"'{name}' is no text");

    private static string AsByteText(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object ? ByteStrings.Decode(element.Bytes(JsonOutput.Bytes)) : AsText(element, name);

    private static bool AsFlag(JsonElement element, string name) =>
        element.ValueKind is JsonValueKind.True or JsonValueKind.False ? element.GetBoolean() : throw new JsonException($"'{name}' is neither true nor false");

    private static int AsInt(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Number && element.TryGetInt32(out int value) ? value : throw NoNumber(name);

    private static uint AsUInt(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Number && element.TryGetUInt32(out uint value) ? value : throw NoNumber(name);

    private static long AsLong(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Number && element.TryGetInt64(out long value) ? value : throw NoNumber(name);

    private static DateTimeOffset AsTime(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.String && element.TryGetDateTimeOffset(out DateTimeOffset value) ? value : throw new JsonException($"'{name}' is no time");

    private static byte[] AsBytes(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.String && element.TryGetBytesFromBase64(out byte[]? value) ? value : throw new JsonException($"'{name}' is no base64");

    private static JsonException NoNumber(string name) => new($"'{name}' is no number that fits");
}
