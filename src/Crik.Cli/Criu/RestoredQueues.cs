using Crik.Criu.Images;

namespace Crik.Criu;

/// <summary>
/// Makes the message queues of a checkpoint again, with their messages, and holds them open until the program has them: criu opens each
/// through crik's descriptor in <c>/proc</c>. The number of that descriptor is in the images, and the queue has to be in the IPC namespace of
/// the program, which criu makes later. So <c>/dev/null</c> keeps the number until then.
/// </summary>
internal sealed class RestoredQueues : IDisposable
{
    private readonly List<Held> _queues = [];
    private readonly List<string> _made = [];

    /// <param name="images">The directory of the checkpoint's images.</param>
    public static RestoredQueues Read(string images)
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
                queues._queues.Add(new(MessageQueueEntry.Decode(message), Libc.Open("/dev/null", Libc.O_RDONLY)));
            }

            return queues;
        }
        catch
        {
            queues.Dispose();
            throw;
        }
    }

    /// <summary>Finds the path by which criu opens a queue.</summary>
    /// <param name="key">criu's name for the open file at the checkpoint.</param>
    /// <returns><see langword="null"/> when it is no queue.</returns>
    public string? PathOf(string key) =>
        _queues.Find(held => held.Entry.Keys.Contains(key)) is { } queue ? $"/proc/{Environment.ProcessId}/fd/{queue.Descriptor.Number}" : null;

    /// <exception cref="LinuxException">A queue cannot be made here.</exception>
    public void Make() => _queues.ForEach(Make);

    /// <summary>Makes the queues in the IPC namespace of the restored program.</summary>
    /// <param name="root">The root of the restored tree, which has its namespaces and none of its files yet.</param>
    /// <exception cref="LinuxException">A queue cannot be made there.</exception>
    public void MakeInNamespaceOf(int root)
    {
        if (_queues.Count > 0)
        {
            try
            {
                Libc.RunInIpcNamespace(root, Make);
            }
            finally
            {
                _made.Clear(); // they end with the namespace, and crik's own may have others of these names
            }
        }
    }

    /// <summary>Removes the queues that were not here before, after a restore that failed.</summary>
    public void Undo()
    {
        Dispose();
        _made.ForEach(name => Libc.RemoveQueue(name));
    }

    public void Dispose() => _queues.ForEach(held => held.Descriptor.Dispose());

    private void Make(Held held)
    {
        MessageQueueEntry entry = held.Entry;
        string name = entry.IsRemoved ? $"crik-{Guid.NewGuid():n}" : entry.Name;
        using FileDescriptor queue = Open(name, entry.Size);
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

        Libc.DuplicateTo(queue, held.Descriptor.Number);
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

    /// <param name="Descriptor">crik's, which criu opens the queue through.</param>
    private sealed record Held(MessageQueueEntry Entry, FileDescriptor Descriptor);
}
