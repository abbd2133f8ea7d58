using System.Text.Json;

namespace Crik.Json;

/// <summary>Names the fields of a type once, for both directions.</summary>
/// <param name="value">What is written; the default value of the type where one is read.</param>
internal delegate T JsonForm<T>(JsonFields fields, T? value);

/// <summary>
/// The fields of one JSON object. Where the object is written, each call writes the value that it gets. Where it is read, each call returns
/// what it finds, and an exception names the field that is missing, null or of another type.
/// </summary>
internal sealed class JsonFields
{
    private readonly Utf8JsonWriter? _json;
    private readonly JsonElement _from;

    private JsonFields(Utf8JsonWriter? json, JsonElement from) => (_json, _from) = (json, from);

    public static byte[] Write<T>(T value, JsonForm<T> form, JsonWriterOptions options = default) =>
        JsonOutput.Write(json => Write(json, value, form), options);

    public static void Write<T>(Utf8JsonWriter json, T value, JsonForm<T> form)
    {
        json.WriteStartObject();
        form(new JsonFields(json, default), value);
        json.WriteEndObject();
    }

    /// <param name="depth">How deep objects and arrays may be nested.</param>
    /// <exception cref="JsonException">The bytes are not JSON, or a field is missing or of another type.</exception>
    public static T Read<T>(ReadOnlyMemory<byte> bytes, JsonForm<T> form, int depth = 16)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(bytes, new JsonDocumentOptions { MaxDepth = depth });
            return Read(document.RootElement, form);
        }
        catch (JsonException exception) when (exception.LineNumber is not null) // those of .NET have a place in the text
        {
            throw new JsonException(Faults.Reason(exception), exception);
        }
        catch (InvalidOperationException exception)
        {
            throw new JsonException("it holds text that is no UTF-8", exception);
        }
    }

    public static T Read<T>(JsonElement from, JsonForm<T> form) => form(new JsonFields(null, from), default);

    public T Field<T>(string name, JsonKind<T> kind, T? value = null)
        where T : class => Optional(name, kind, value) ?? throw new JsonException($"'{name}' is missing");

    public T Field<T>(string name, JsonKind<T> kind, T? value = null)
        where T : struct => Optional(name, kind, value) ?? throw new JsonException($"'{name}' is missing");

    /// <summary>A field that is left out, or null, where there is no value.</summary>
    public T? Optional<T>(string name, JsonKind<T> kind, T? value = null, bool writesNull = false)
        where T : class
    {
        if (_json is null)
        {
            return Find(name) is { } field ? kind.Read(field, name) : null;
        }

        if (value is not null)
        {
            Write(name, kind, value);
        }
        else if (writesNull)
        {
            _json.WriteNull(name);
        }

        return value;
    }

    /// <inheritdoc cref="Optional{T}(string, JsonKind{T}, T, bool)"/>
    public T? Optional<T>(string name, JsonKind<T> kind, T? value = null)
        where T : struct
    {
        if (_json is null)
        {
            return Find(name) is { } field ? kind.Read(field, name) : null;
        }

        if (value is { } known)
        {
            Write(name, kind, known);
        }

        return value;
    }

    private void Write<T>(string name, JsonKind<T> kind, T value)
    {
        _json!.WritePropertyName(name);
        kind.Write(_json, value);
    }

    private JsonElement? Find(string name) =>
        _from.ValueKind != JsonValueKind.Object ? throw new JsonException($"where '{name}' should be is no object")
        : _from.TryGetProperty(name, out JsonElement field) && field.ValueKind != JsonValueKind.Null ? field : null;
}
