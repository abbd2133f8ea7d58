namespace Crik.Files;

/// <summary>Sets the owner, mode, times and attributes of a file, and counts what it could not set.</summary>
internal sealed class EntryAttributes
{
    /// <summary>How many owners could not be set.</summary>
    public long NotOwned { get; private set; }

    /// <summary>How many extended attributes could not be set.</summary>
    public long NotAttributed { get; private set; }

    /// <summary>Sets everything. The owner comes first, because setting it clears the set-user-id bits and file capabilities.</summary>
    public void Set(FileDescriptor file, FileEntry entry)
    {
        NotOwned += Libc.SetOwner(file, [], entry.UserId, entry.GroupId) == 0 ? 0 : 1;
        foreach (FileEntry.Attribute attribute in entry.Attributes ?? [])
        {
            NotAttributed += Libc.SetAttribute(file, attribute.Name, attribute.Value) == 0 ? 0 : 1;
        }

        int errno = Libc.SetMode(file, entry.Mode);
        if (errno is not (0 or Errno.EPERM))
        {
            throw EntryMaker.CannotWrite(entry, errno);
        }

        Libc.SetTimes(file, [], entry.AccessedAt, entry.ModifiedAt);
    }

    /// <summary>Sets what a link or FIFO can have without being opened.</summary>
    public void SetOwnerAndTimes(FileDescriptor parent, ReadOnlySpan<byte> name, FileEntry entry)
    {
        NotOwned += Libc.SetOwner(parent, name, entry.UserId, entry.GroupId) == 0 ? 0 : 1;
        Libc.SetTimes(parent, name, entry.AccessedAt, entry.ModifiedAt);
    }
}
