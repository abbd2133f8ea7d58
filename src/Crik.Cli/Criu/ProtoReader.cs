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

    /// <summary>Finds the number in one field of a message.</summary>
    public static ulong FindNumber(ReadOnlySpan<byte> message, int field, ulong absent = 0)
    {
        ProtoReader reader = new(message);
        return reader.MoveTo(field) ? reader.Number : absent;
    }

    /// <returns>An empty array when the message lacks the field.</returns>
    public static ReadOnlySpan<byte> FindBytes(ReadOnlySpan<byte> message, int field)
    {
        ProtoReader reader = new(message);
        return reader.MoveTo(field) ? reader.Bytes : default;
    }

    /// <returns>An empty text when the message lacks the field.</returns>
    public static string FindText(ReadOnlySpan<byte> message, int field) => Encoding.UTF8.GetString(FindBytes(message, field));

    /// <summary>Counts how often a message has a field.</summary>
    public static int Count(ReadOnlySpan<byte> message, int field)
    {
        int count = 0;
        ProtoReader reader = new(message);
        while (reader.MoveTo(field))
        {
            count++;
        }

        return count;
    }

    /// <summary>Goes on to the next place of a field.</summary>
    /// <returns><see langword="false"/> when the rest of the message lacks it.</returns>
    public bool MoveTo(int field)
    {
        while (Next())
        {
            if (Field == field)
            {
                return true;
            }
        }

        return false;
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
        int type = (int)(key & 7);
        Bytes = type == 2 ? Take(Varint()) : default;
        Number = type switch
        {
            0 => Varint(),
            1 => BinaryPrimitives.ReadUInt64LittleEndian(Take(8)),
            2 => 0,
            5 => BinaryPrimitives.ReadUInt32LittleEndian(Take(4)),
            _ => throw Damaged(),
        };
        RawField = _message[start.._at];
        return true;
    }

    private static InvalidDataException Damaged() => new("not a protobuf message");

    private ReadOnlySpan<byte> Take(ulong count)
    {
        int start = _at;
        _at += count <= (ulong)(_message.Length - start) ? (int)count : throw Damaged();
        return _message[start.._at];
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
