using System.Buffers.Binary;

namespace Crik.Criu;

/// <summary>Reads a protobuf message field by field. It throws an <see cref="InvalidDataException"/> for every damaged message.</summary>
internal ref struct ProtoReader(ReadOnlySpan<byte> message)
{
    private readonly ReadOnlySpan<byte> _message = message;
    private int _at;

    /// <summary>The bytes of the field just read: its key and its value.</summary>
    public ReadOnlySpan<byte> RawField { get; private set; }

    public int Field { get; private set; }

    /// <summary>The value of a varint or fixed-size field.</summary>
    public ulong Number { get; private set; }

    /// <summary>The value of a length-delimited field.</summary>
    public ReadOnlySpan<byte> Bytes { get; private set; }

    public readonly string Text => Encoding.UTF8.GetString(Bytes);

    /// <summary>Finds the number in one field of a message.</summary>
    public static ulong FindNumber(ReadOnlySpan<byte> message, int field, ulong absent = 0)
    {
        ProtoReader reader = new(message);
        while (reader.Next())
        {
            if (reader.Field == field)
            {
                return reader.Number;
            }
        }

        return absent;
    }

    /// <returns>An empty array when the message lacks the field.</returns>
    public static ReadOnlySpan<byte> FindBytes(ReadOnlySpan<byte> message, int field)
    {
        ProtoReader reader = new(message);
        while (reader.Next())
        {
            if (reader.Field == field)
            {
                return reader.Bytes;
            }
        }

        return default;
    }

    /// <returns>An empty text when the message lacks the field.</returns>
    public static string FindText(ReadOnlySpan<byte> message, int field) => Encoding.UTF8.GetString(FindBytes(message, field));

    /// <summary>Counts how often a message has a field.</summary>
    public static int Count(ReadOnlySpan<byte> message, int field)
    {
        int count = 0;
        ProtoReader reader = new(message);
        while (reader.Next())
        {
            count += reader.Field == field ? 1 : 0;
        }

        return count;
    }

    /// <returns><see langword="false"/> at the end of the message.</returns>
    public bool Next()
    {
        if (_at >= _message.Length)
        {
            return false;
        }

        int start = _at;
        ulong key = Varint();
        Field = key >> 3 <= int.MaxValue ? (int)(key >> 3) : throw Damaged();
        Number = 0;
        Bytes = default;
        switch (key & 7)
        {
            case 0:
                Number = Varint();
                break;
            case 1:
                Number = BinaryPrimitives.ReadUInt64LittleEndian(Take(8));
                break;
            case 2:
                ulong length = Varint();
                Bytes = Take(length <= int.MaxValue ? (int)length : throw Damaged());
                break;
            case 5:
                Number = BinaryPrimitives.ReadUInt32LittleEndian(Take(4));
                break;
            default:
                throw Damaged();
        }

        RawField = _message[start.._at];
        return true;
    }

    private static InvalidDataException Damaged() => new("not a protobuf message");

    private ReadOnlySpan<byte> Take(int count)
    {
        if (count > _message.Length - _at)
        {
            throw Damaged();
        }

        ReadOnlySpan<byte> taken = _message.Slice(_at, count);
        _at += count;
        return taken;
    }

    private ulong Varint()
    {
        ulong value = 0;
        for (int shift = 0; shift < 64; shift += 7)
        {
            if (_at >= _message.Length)
            {
                throw Damaged();
            }

            byte next = _message[_at++];
            value |= (ulong)(next & 0x7f) << shift;
            if ((next & 0x80) == 0)
            {
                return value;
            }
        }

        throw Damaged();
    }
}
