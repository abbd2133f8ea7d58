using Crik.Diagnostics;

namespace Crik.Store;

/// <summary>
/// Collects unneeded directories and removes them when the run has nothing more important to do, because removing gigabytes can take long
/// on a slow volume. The next start removes what is left when crik ends.
/// </summary>
internal sealed class Leftovers
{
    private readonly Queue<string> _paths = [];

    public void Add(string path) => _paths.Enqueue(path);

    /// <summary>Removes the directories. One that cannot be removed is logged and left to the next start.</summary>
    /// <param name="stop">Called between two files. The removal pauses when it returns <see langword="true"/>.</param>
    public void Remove(Func<bool> stop)
    {
        while (_paths.TryPeek(out string? path) && !stop())
        {
            bool isDone = true;
            WarnOf(path, () => isDone = TryRemove(path, stop));
            if (!isDone)
            {
                return;
            }

            _paths.Dequeue();
        }
    }

    /// <summary>Removes a directory if it is there.</summary>
    public static void RemoveNow(string path)
    {
        if (Directory.Exists(path))
        {
            Directory.Delete(path, recursive: true);
        }
    }

    /// <summary>Takes a step of a removal that the next start takes too, so a failure is only logged.</summary>
    public static void WarnOf(string path, Action step)
    {
        if (Faults.Of(step) is { } fault)
        {
            Log.Warning(Event.LeftoverNotRemoved, "an unfinished directory could not be removed; the next start tries again",
                ("path", path), ("reason", fault.Message));
        }
    }

    /// <summary>
    /// Removes a directory file by file, so that it can stop in between. crik's own directories have two levels; anything deeper is removed
    /// without a stop.
    /// </summary>
    /// <returns>Whether the directory is gone; <see langword="false"/> after a stop.</returns>
    private static bool TryRemove(string path, Func<bool> stop)
    {
        if (!Directory.Exists(path) || IsLink(path))
        {
            File.Delete(path);
            return true;
        }

        // A link is removed with the directory that holds it, and never followed: it can lead out of the image directory.
        foreach (string directory in Directory.GetDirectories(path).Where(below => !IsLink(below)).Append(path))
        {
            foreach (string file in Directory.EnumerateFiles(directory))
            {
                if (stop())
                {
                    return false;
                }

                File.Delete(file);
            }
        }

        Directory.Delete(path, recursive: true);
        return true;
    }

    private static bool IsLink(string path) => Libc.TryStatus(path, followLinks: false) is { IsSymlink: true };
}
