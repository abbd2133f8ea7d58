using Crik.Diagnostics;

namespace Crik.Criu;

/// <summary>
/// Makes a directory in memory that a restore needs while it runs. crik holds a lock on it. So a later start can tell a directory that a
/// killed restore left behind from one that another crik with the same /dev/shm still uses.
/// </summary>
/// <param name="heldLock"><see langword="null"/> for an existing directory elsewhere, so that <see cref="Dispose"/> removes it too.</param>
internal sealed class MemoryDirectory(string path, FileDescriptor? heldLock = null) : IDisposable
{
    /// <summary>Every container has a tmpfs here, and every user may make a directory in it.</summary>
    private const string Place = "/dev/shm";
    private const string Prefix = "crik-";

    /// <summary>How many directories are made in turn, because another crik's sweep may remove one before it is locked.</summary>
    private const int Attempts = 3;

    public string Path => path;

    /// <param name="bytes">How many bytes must be free.</param>
    /// <returns><see langword="null"/> when fewer are free, or the directory cannot be made.</returns>
    public static MemoryDirectory? TryMake(long bytes, string place = Place)
    {
        try
        {
            for (int attempt = 0; attempt < Attempts && Libc.FreeBytes(place) > bytes; attempt++)
            {
                string made = System.IO.Path.Combine(place, $"{Prefix}{Guid.NewGuid():n}"); // a random name, so that it cannot exist already
                if (Libc.MakeDirectory(made, FileModes.OwnDirectory) && Lock(made) is { } taken)
                {
                    if (Directory.Exists(made))
                    {
                        return new MemoryDirectory(made, taken);
                    }

                    taken.Dispose();
                }
            }

            return null;
        }
        catch (LinuxException exception)
        {
            Log.Debug(Event.NoRoomInMemory, "there is no room in memory for a restore", ("reason", Faults.Reason(exception)));
            return null;
        }
    }

    /// <summary>Removes the directories that killed restores left behind.</summary>
    public static void Sweep(string place = Place)
    {
        try
        {
            foreach (string found in Directory.EnumerateDirectories(place, $"{Prefix}*"))
            {
                bool isOfCrik = Guid.TryParseExact(System.IO.Path.GetFileName(found.AsSpan())[Prefix.Length..], "n", out _);
                using FileDescriptor? free = isOfCrik && Libc.TryStatus(found, followLinks: false) is { IsDirectory: true } ? Lock(found) : null;
                if (free is not null)
                {
                    Remove(found);
                }
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Log.Debug(Event.RestoreDirectoryNotRemoved, "the directories of earlier restores could not be looked for",
                ("place", place), ("reason", Faults.Reason(exception)));
        }
    }

    public void Dispose()
    {
        Remove(Path);
        heldLock?.Dispose();
    }

    /// <returns><see langword="null"/> when a running crik holds the lock.</returns>
    private static FileDescriptor? Lock(string path)
    {
        FileDescriptor? directory = Libc.TryOpen(path, Libc.O_RDONLY | Libc.O_DIRECTORY | Libc.O_NOFOLLOW, 0, out _);
        if (directory is not null && !Libc.TryLock(directory))
        {
            directory.Dispose();
            return null;
        }

        return directory;
    }

    private static void Remove(string path)
    {
        try
        {
            Directory.Delete(path, recursive: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Log.Debug(Event.RestoreDirectoryNotRemoved, "a directory of a restore could not be removed", ("path", path), ("reason", Faults.Reason(exception)));
        }
    }
}
