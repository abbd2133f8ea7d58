namespace Crik.Criu.Images;

/// <summary>Makes changed copies of messages. A field that is not named stays as it is, whether crik knows it or not.</summary>
internal static class ChangedMessage
{
    /// <summary>The message with another number in each place of a field.</summary>
    public static byte[] WithNumber(ReadOnlySpan<byte> message, int field, long value) =>
        Replace(message, field, new ProtoWriter().Number(field, value).ToArray());

    /// <summary>The message with other bytes, a text or an inner message in each place of a field.</summary>
    public static byte[] WithBytes(ReadOnlySpan<byte> message, int field, byte[] value) =>
        Replace(message, field, new ProtoWriter().Bytes(field, value).ToArray());

    /// <summary>The message without a field.</summary>
    public static byte[] Without(ReadOnlySpan<byte> message, int field) => Replace(message, field, []);

    private static byte[] Replace(ReadOnlySpan<byte> message, int field, byte[] replacement)
    {
        ProtoWriter writer = new();
        ProtoReader reader = new(message);
        while (reader.Next())
        {
            writer.Raw(reader.Field == field ? replacement : reader.RawField);
        }

        return writer.ToArray();
    }
}
