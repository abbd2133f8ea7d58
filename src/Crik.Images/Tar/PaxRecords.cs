using System.Buffers.Text;
using System.Text;

namespace Crik.Images.Tar;

/// <summary>
/// The records of an extended header that change how a member is read: POSIX.1-2017, pax, "pax Extended Header". Other
/// records, such as times and attributes, do not matter here.
/// </summary>
internal sealed record PaxRecords(string? Name, long? Size)
{
    public static PaxRecords None { get; } = new(null, null);

    public static PaxRecords Parse(ReadOnlySpan<byte> content)
    {
        PaxRecords records = None;
        while (!content.IsEmpty)
        {
            // Each record is `LENGTH KEY=VALUE\n`, and the length counts all of it.
            if (!Utf8Parser.TryParse(content, out int length, out int digits) || length <= digits + 2 || length > content.Length
                || content[digits] is not (byte)' ' || content[length - 1] is not (byte)'\n')
            {
                throw Bad("has an extended header that is no list of records");
            }

            ReadOnlySpan<byte> record = content[(digits + 1)..(length - 1)];
            int equals = record.IndexOf((byte)'=');
            records = equals > 0 ? records.With(record[..equals], record[(equals + 1)..]) : throw Bad("has an extended header with a record that has no key");
            content = content[length..];
        }

        return records;
    }

    private static ImageException Bad(string what, ImageFailure failure = ImageFailure.NotAnArchive) =>
        new(failure, $"The archive {what}. Take the checkpoint again.");

    private PaxRecords With(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        // Programs differ in which of two values they take, and would see two different archives.
        if ((key.SequenceEqual("path"u8) && Name is not null) || (key.SequenceEqual("size"u8) && Size is not null))
        {
            throw Bad("has an extended header that says twice what a member is", ImageFailure.Unsafe);
        }

        if (key.SequenceEqual("path"u8))
        {
            return this with { Name = Encoding.UTF8.GetString(value) };
        }

        if (key.SequenceEqual("size"u8))
        {
            return Utf8Parser.TryParse(value, out long size, out int used) && used == value.Length && size >= 0 ? this with { Size = size }
                : throw Bad("has an extended header with a size that is no number");
        }

        return key.StartsWith("GNU.sparse."u8) ? throw Bad("has a sparse member, which no container runtime writes", ImageFailure.Unsafe) : this;
    }
}
