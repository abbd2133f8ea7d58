using Crik.Diagnostics;
using Crik.Linux;

namespace Crik.Criu;

/// <summary>A directory in memory, for the time of a restore.</summary>
internal static class MemoryDirectory
{
    /// <summary>A tmpfs in every container, in which everybody may make a directory.</summary>
    private const string Place = "/dev/shm";

    /// <param name="bytes">That go into it.</param>
    /// <returns><see langword="null"/> when there is no room.</returns>
    public static string? TryMake(long bytes)
    {
        string path = Path.Combine(Place, $"crik-{Guid.NewGuid():n}"); // a name that nobody else can have taken
        try
        {
            return Libc.FreeBytes(Place) > bytes && Libc.MakeDirectory(path, 0x1C0) ? path : null;
        }
        catch (LinuxException exception)
        {
            Log.Debug("no room for a restore in memory", ("reason", exception.Message));
            return null;
        }
    }

    /// <summary>Its contents too, and wherever it was made after all.</summary>
    public static void Remove(string path)
    {
        try
        {
            Directory.Delete(path, recursive: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Log.Debug("what a restore needed could not be removed", ("path", path), ("reason", exception.Message));
        }
    }
}
