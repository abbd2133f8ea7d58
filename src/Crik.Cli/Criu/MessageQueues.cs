using Crik.Criu.Images;

namespace Crik.Criu;

/// <summary>
/// Saves the POSIX message queues that a frozen tree has open. criu knows nothing of them: for criu they are files outside the tree, and crik
/// keeps their messages in an image of its own.
/// </summary>
internal static class MessageQueues
{
    private const string Deleted = " (deleted)";

    /// <summary>The most that the messages of one queue may have together, so that the image can be read again. Usual limits allow far less.</summary>
    private const int MostBytes = 32 << 20;

    /// <summary>crik's own image begins with no magic number of criu's.</summary>
    private static ReadOnlySpan<byte> Header => "CRQ1"u8;

    /// <summary>Finds the descriptors of queues, which may have been opened by their name or by a path below <c>/dev/mqueue</c>.</summary>
    public static IReadOnlyList<OpenDescriptor> Find(IReadOnlyList<OpenDescriptor> open)
    {
        const string Mounted = "/dev/mqueue";
        return [.. open.Where(file => file.Target.LastIndexOf('/') == (file.Target.StartsWith($"{Mounted}/", StringComparison.Ordinal) ? Mounted.Length : 0)
            && Libc.IsMessageQueue($"/proc/{file.Pid}/fd/{file.Number}") && ProcFs.StatusOf(file.Pid, file.Number) is { IsRegular: true })];
    }

    /// <summary>Reads the queues. Their messages are received and sent again, because the kernel shows them in no other way.</summary>
    /// <param name="open">The descriptors of the queues.</param>
    /// <exception cref="CriuException">A queue cannot be saved.</exception>
    public static IReadOnlyList<MessageQueueEntry> Read(IReadOnlyList<OpenDescriptor> open)
    {
        Dictionary<ulong, MessageQueueEntry> found = [];
        foreach (OpenDescriptor file in open)
        {
            if (ProcFs.StatusOf(file.Pid, file.Number) is { } status)
            {
                MessageQueueEntry queue = found.TryGetValue(status.Inode, out MessageQueueEntry? known) ? known : Read(file, status);
                found[status.Inode] = queue with { Keys = [.. queue.Keys.Append(OpenFiles.ExternalKey(file.Pid, file.Number, status.Inode)).Distinct()] };
            }
        }

        return [.. found.Values];
    }

    public static void Write(IReadOnlyList<MessageQueueEntry> queues, string images)
    {
        if (queues.Count > 0)
        {
            new CriuImage(Header.ToArray(), [.. queues.Select(queue => queue.Encode())], path: null).Write(Path.Combine(images, ImageName.MessageQueues));
        }
    }

    private static MessageQueueEntry Read(OpenDescriptor file, FileStatus status)
    {
        string target = file.Target[(file.Target.LastIndexOf('/') + 1)..];
        bool isRemoved = status.Links == 0;
        string name = isRemoved && target.EndsWith(Deleted, StringComparison.Ordinal) ? target[..^Deleted.Length] : target;
        try
        {
            using FileDescriptor held = Libc.TryGetDescriptor(file.Pid, file.Number) ?? throw Refused(name, "crik may not look into the process");
            using FileDescriptor queue = Libc.Open($"/proc/self/fd/{held.Number}", Libc.O_RDWR | Libc.O_NONBLOCK);

            // "QSIZE:0  NOTIFY:0  SIGNO:0  NOTIFY_PID:0": a process that waits to be notified has its number there (mqueue_read_file, ipc/mqueue.c)
            if (ProcFs.Lines($"/proc/self/fd/{queue.Number}") is not [var state, ..] || state.Split("NOTIFY_PID:") is not [_, var waiting] || waiting.Trim() != "0")
            {
                throw Refused(name, "a process waits to be notified of its next message (mq_notify)");
            }

            QueueSize size = Libc.SizeOfQueue(queue);
            return new([], name, isRemoved, status.Permissions, status.UserId, status.GroupId, size, Copy(queue, size, name));
        }
        catch (LinuxException exception)
        {
            throw Refused(name, exception.Message);
        }
    }

    /// <summary>Takes the messages and puts them back. A queue keeps the order of messages of one priority.</summary>
    private static List<QueuedMessage> Copy(FileDescriptor queue, QueueSize size, string name)
    {
        List<QueuedMessage> messages = Drain(queue, size);
        for (int i = 0; i < messages.Count; i++)
        {
            try
            {
                Libc.PutMessage(queue, messages[i]);
            }
            catch (LinuxException exception)
            {
                throw Refused(name, $"something outside the program uses it, too, and {messages.Count - i} of its messages are lost: {exception.Message}");
            }
        }

        return messages.Sum(message => message.Bytes.Length) <= MostBytes ? messages : throw Refused(name, $"its messages take more than {MostBytes >> 20} MiB");
    }

    internal static List<QueuedMessage> Drain(FileDescriptor queue, QueueSize size)
    {
        List<QueuedMessage> messages = [];
        byte[] buffer = new byte[size.MessageBytes];
        while (messages.Count < size.Messages && Libc.TryTakeMessage(queue, buffer) is { } message)
        {
            messages.Add(message);
        }

        return messages;
    }

    private static CriuException Refused(string name, string why) =>
        new($"the message queue /{ByteStrings.Printable(name)} of the program cannot be saved: {why}", []);
}
