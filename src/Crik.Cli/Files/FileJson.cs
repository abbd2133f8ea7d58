using System.Text.Json;
using Crik.Json;

namespace Crik.Files;

/// <summary>Writes and reads the lines of an archive's index. A field that is zero, empty or false is left out.</summary>
internal static class FileJson
{
    private const int Depth = 8;

    public static byte[] Write(FileEntry entry) => JsonBytes.Write(json =>
    {
        json.WriteStartObject();
        json.WriteString("kind", entry.Kind);
        json.WriteBase64String("path", entry.Path);
        WriteNumber(json, "mode", (long)entry.Mode);
        WriteNumber(json, "userId", entry.UserId);
        WriteNumber(json, "groupId", entry.GroupId);
        WriteNumber(json, "modifiedAt", entry.ModifiedAt);
        WriteNumber(json, "accessedAt", entry.AccessedAt);
        if (entry.Target is { } target)
        {
            json.WriteBase64String("target", target);
        }

        WriteNumber(json, "size", entry.Size);
        if (entry.Extents is { } extents)
        {
            json.WriteList("extents", extents, json.WriteNumberValue);
        }

        if (entry.Attributes is { } attributes)
        {
            json.WriteObjects("attributes", attributes, attribute =>
            {
                json.WriteBase64String("name", attribute.Name);
                json.WriteBase64String("value", attribute.Value);
            });
        }

        json.WriteEndObject();
    });

    /// <exception cref="JsonException">The line is not JSON, or a field is missing or of another type.</exception>
    public static FileEntry ReadEntry(byte[] line) => JsonBytes.Read(
        line,
        from => new FileEntry
        {
            Kind = from.Text("kind"),
            Path = from.Bytes("path"),
            Mode = (UnixFileMode)(from.UIntOrNull("mode") ?? 0),
            UserId = from.UIntOrNull("userId") ?? 0,
            GroupId = from.UIntOrNull("groupId") ?? 0,
            ModifiedAt = from.LongOrNull("modifiedAt") ?? 0,
            AccessedAt = from.LongOrNull("accessedAt") ?? 0,
            Target = from.BytesOrNull("target"),
            Size = from.LongOrNull("size") ?? 0,
            Extents = from.LongsOrNull("extents"),
            Attributes = from.ObjectsOrNull("attributes", item => new FileEntry.Attribute(item.Bytes("name"), item.Bytes("value"))),
        },
        Depth);

    public static byte[] Write(IndexFrame frame) => JsonBytes.Write(json =>
    {
        json.WriteStartObject();
        json.WriteNumber("format", frame.Format);
        WriteNumber(json, "entries", frame.Entries);
        WriteNumber(json, "dataBytes", frame.DataBytes);
        if (frame.IsEnd)
        {
            json.WriteBoolean("isEnd", true);
        }

        json.WriteEndObject();
    });

    /// <exception cref="JsonException">The line is not JSON, or a field is missing or of another type.</exception>
    public static IndexFrame ReadFrame(byte[] line) => JsonBytes.Read(
        line,
        from => new IndexFrame(from.Int("format"), from.LongOrNull("entries") ?? 0, from.LongOrNull("dataBytes") ?? 0, from.FlagOrFalse("isEnd")),
        Depth);

    private static void WriteNumber(Utf8JsonWriter json, string name, long number)
    {
        if (number != 0)
        {
            json.WriteNumber(name, number);
        }
    }
}

/// <summary>The first and the last line of an index.</summary>
internal sealed record IndexFrame(int Format, long Entries = 0, long DataBytes = 0, bool IsEnd = false);
