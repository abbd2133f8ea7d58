namespace Crik.Files;

/// <summary>
/// Tells which files the program's tree has open or mapped, and how to read those on which it has a lease (F_SETLEASE, fcntl(2)). Opening such
/// a file would break the lease, so it is read through a copy of the program's own descriptor.
/// </summary>
/// <param name="paths">The paths of the files.</param>
internal sealed class HeldFiles(IReadOnlySet<string> paths) : IDisposable
{
    private readonly Dictionary<(DeviceNumber Device, ulong Inode), FileDescriptor> _leased = [];

    public bool Contains(string path) => paths.Contains(path);

    /// <param name="descriptor">The copy of a descriptor, which belongs to this collection from now on.</param>
    public void AddIfLeased(FileDescriptor descriptor)
    {
        if (!Libc.HasLease(descriptor) || Libc.TryStatus(descriptor.Number) is not { } status || !_leased.TryAdd((status.Device, status.Inode), descriptor))
        {
            descriptor.Dispose();
        }
    }

    /// <returns><see langword="null"/> for a file without a lease.</returns>
    public FileDescriptor? FindLeased(FileStatus status) => _leased.GetValueOrDefault((status.Device, status.Inode));

    public void Dispose()
    {
        foreach (FileDescriptor descriptor in _leased.Values)
        {
            descriptor.Dispose();
        }
    }
}
