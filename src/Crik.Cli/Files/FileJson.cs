using System.Text.Json;
using Crik.Json;
using static Crik.Json.JsonKinds;

namespace Crik.Files;

/// <summary>Writes and reads the lines of an archive's index. A field that is zero, empty or false is left out.</summary>
internal static class FileJson
{
    private const int Depth = 8;

    public static byte[] Write(FileEntry entry) => JsonFields.Write(entry, Entry);

    /// <exception cref="JsonException">The line is not JSON, or a field is missing or of another type.</exception>
    public static FileEntry ReadEntry(byte[] line) => JsonFields.Read<FileEntry>(line, Entry, Depth);

    public static byte[] Write(IndexFrame frame) => JsonFields.Write(frame, Frame);

    /// <exception cref="JsonException">The line is not JSON, or a field is missing or of another type.</exception>
    public static IndexFrame ReadFrame(byte[] line) => JsonFields.Read<IndexFrame>(line, Frame, Depth);

    private static FileEntry Entry(JsonFields fields, FileEntry? entry) => new()
    {
        Kind = fields.Field("kind", Text, entry?.Kind),
        Path = fields.Field("path", Bytes, entry?.Path),
        Mode = (UnixFileMode)Number(fields, "mode", UInt, (uint?)entry?.Mode),
        UserId = Number(fields, "userId", UInt, entry?.UserId),
        GroupId = Number(fields, "groupId", UInt, entry?.GroupId),
        ModifiedAt = Number(fields, "modifiedAt", Long, entry?.ModifiedAt),
        AccessedAt = Number(fields, "accessedAt", Long, entry?.AccessedAt),
        Target = fields.Optional("target", Bytes, entry?.Target),
        Size = Number(fields, "size", Long, entry?.Size),
        Extents = (long[]?)fields.Optional("extents", ListOf(Long), entry?.Extents),
        Attributes = (FileEntry.Attribute[]?)fields.Optional("attributes", ListOf(ObjectOf<FileEntry.Attribute>(Attribute)), entry?.Attributes),
    };

    private static FileEntry.Attribute Attribute(JsonFields fields, FileEntry.Attribute? attribute) =>
        new(fields.Field("name", Bytes, attribute?.Name), fields.Field("value", Bytes, attribute?.Value));

    private static IndexFrame Frame(JsonFields fields, IndexFrame? frame) => new(
        fields.Field("format", Int, frame?.Format), Number(fields, "entries", Long, frame?.Entries), Number(fields, "dataBytes", Long, frame?.DataBytes),
        fields.Optional("isEnd", Flag, frame is { IsEnd: true } ? true : null) ?? false);

    private static T Number<T>(JsonFields fields, string name, JsonKind<T> kind, T? number)
        where T : struct => fields.Optional(name, kind, number.Equals(default(T)) ? null : number) ?? default;
}

/// <summary>The first and the last line of an index.</summary>
internal sealed record IndexFrame(int Format, long Entries = 0, long DataBytes = 0, bool IsEnd = false);
