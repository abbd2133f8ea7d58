namespace Crik.Criu.Images;

/// <summary>An open POSIX message queue with its messages. criu does not know them, so crik writes this image and no other program reads it.</summary>
/// <param name="Keys">criu's names for the open files of the queue.</param>
/// <param name="Name">Without a slash.</param>
/// <param name="IsRemoved">Whether the name was removed, and the queue exists only because it is open.</param>
/// <param name="Messages">In the order in which they would be received.</param>
internal sealed record MessageQueueEntry(
    IReadOnlyList<string> Keys, string Name, bool IsRemoved, UnixFileMode Mode, uint UserId, uint GroupId, QueueSize Size, IReadOnlyList<QueuedMessage> Messages)
{
    private const int KeyField = 1;
    private const int NameField = 2;
    private const int RemovedField = 3;
    private const int ModeField = 4;
    private const int UserField = 5;
    private const int GroupField = 6;
    private const int MostMessagesField = 7;
    private const int MessageBytesField = 8;
    private const int MessageField = 9;

    private const int PriorityField = 1; // of a message
    private const int BytesField = 2;

    public byte[] Encode()
    {
        ProtoWriter writer = new ProtoWriter().Texts(KeyField, Keys).Text(NameField, Name).Flag(RemovedField, IsRemoved).Number(ModeField, (long)Mode)
            .Number(UserField, UserId).Number(GroupField, GroupId).Number(MostMessagesField, Size.Messages).Number(MessageBytesField, Size.MessageBytes);
        foreach (QueuedMessage message in Messages)
        {
            writer.Message(MessageField, new ProtoWriter().Number(PriorityField, message.Priority).Bytes(BytesField, message.Bytes));
        }

        return writer.ToArray();
    }

    /// <exception cref="InvalidDataException">The bytes are no such entry.</exception>
    public static MessageQueueEntry Decode(ReadOnlySpan<byte> bytes)
    {
        List<string> keys = [];
        List<QueuedMessage> messages = [];
        ProtoReader reader = new(bytes);
        while (reader.Next())
        {
            if (reader.Field == KeyField)
            {
                keys.Add(Encoding.UTF8.GetString(reader.Bytes));
            }
            else if (reader.Field == MessageField)
            {
                messages.Add(new QueuedMessage((uint)ProtoReader.FindNumber(reader.Bytes, PriorityField), ProtoReader.FindBytes(reader.Bytes, BytesField).ToArray()));
            }
        }

        string name = ByteStrings.Decode(ProtoReader.FindBytes(bytes, NameField));
        return name.Length > 0 && !name.Contains('/') && !name.Contains('\0')
            ? new(
                keys, name, ProtoReader.FindNumber(bytes, RemovedField) != 0, (UnixFileMode)ProtoReader.FindNumber(bytes, ModeField) & FileModes.All,
                (uint)ProtoReader.FindNumber(bytes, UserField), (uint)ProtoReader.FindNumber(bytes, GroupField),
                new((long)ProtoReader.FindNumber(bytes, MostMessagesField), (long)ProtoReader.FindNumber(bytes, MessageBytesField)), messages)
            : throw new InvalidDataException("a message queue has no name that a queue can have");
    }
}
