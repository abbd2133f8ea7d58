using Crik.Criu.Images;

namespace Crik.Criu;

/// <summary>
/// Makes the message queues of a checkpoint again, with their messages, and holds them open until the program has them: criu opens each
/// through crik's descriptor in <c>/proc</c>.
/// </summary>
internal sealed class RestoredQueues : IDisposable
{
    private readonly Dictionary<string, FileDescriptor> _byKey = [];
    private readonly List<string> _made = [];

    /// <param name="images">The directory of the checkpoint's images.</param>
    /// <exception cref="LinuxException">A queue cannot be made here.</exception>
    public static RestoredQueues Make(string images)
    {
        RestoredQueues queues = new();
        string image = Path.Combine(images, ImageName.MessageQueues);
        if (Libc.TryStatus(image, followLinks: false) is null)
        {
            return queues;
        }

        try
        {
            foreach (byte[] message in CriuImage.Read(image).Messages)
            {
                queues.Make(MessageQueueEntry.Decode(message));
            }

            return queues;
        }
        catch
        {
            queues.Undo();
            throw;
        }
    }

    /// <summary>Finds the path by which criu opens a queue.</summary>
    /// <param name="key">criu's name for the open file at the checkpoint.</param>
    /// <returns><see langword="null"/> when it is no queue.</returns>
    public string? PathOf(string key) => _byKey.TryGetValue(key, out FileDescriptor? queue) ? $"/proc/{Environment.ProcessId}/fd/{queue.Number}" : null;

    /// <summary>Removes the queues that were not here before, after a restore that failed.</summary>
    public void Undo()
    {
        Dispose();
        _made.ForEach(name => Libc.RemoveQueue(name));
    }

    public void Dispose()
    {
        foreach (FileDescriptor queue in _byKey.Values)
        {
            queue.Dispose();
        }
    }

    private void Make(MessageQueueEntry entry)
    {
        string name = entry.IsRemoved ? $"crik-{Guid.NewGuid():n}" : entry.Name;
        FileDescriptor queue = Open(name, entry.Size);
        foreach (string key in entry.Keys)
        {
            _byKey[key] = queue;
        }

        if (entry.IsRemoved)
        {
            Libc.RemoveQueue(name);
        }

        _ = Libc.SetOwner(queue, [], entry.UserId, entry.GroupId);
        _ = Libc.SetMode(queue, entry.Mode);
        MessageQueues.Drain(queue, entry.Size);
        foreach (QueuedMessage message in entry.Messages)
        {
            Libc.PutMessage(queue, message);
        }
    }

    /// <summary>A container that starts again in its pod finds its queue, which processes of other containers may have open.</summary>
    private FileDescriptor Open(string name, QueueSize size)
    {
        if (Libc.TryOpenQueue(name, size: null) is { } existing)
        {
            if (Libc.SizeOfQueue(existing) == size)
            {
                return existing;
            }

            existing.Dispose();
            Libc.RemoveQueue(name);
        }

        FileDescriptor queue = Libc.TryOpenQueue(name, size) ?? throw new LinuxException($"cannot make the message queue {ByteStrings.Printable(name)}", Errno.EEXIST);
        _made.Add(name);
        return queue;
    }
}
