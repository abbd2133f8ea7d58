using Crik.Diagnostics;

namespace Crik.Criu;

/// <summary>
/// Keeps the numbers (inodes) of files in /dev/shm unique from pod to pod. A tmpfs counts them up from 1, and each pod has a new one.
/// Programs tell files apart by device and number: PyTorch finds memory that it has mapped already this way, and would take a new file for
/// another one that it had opened in an older pod.
/// </summary>
internal static class MemoryFileNumbers
{
    private const string Place = "/dev/shm";

    /// <summary>The longest time for counting on. It was enough for 29,000 files on a busy machine.</summary>
    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(2);

    /// <summary>Finds a number that no file there has had.</summary>
    /// <returns><see langword="null"/> where no file without a name can be made.</returns>
    public static long? Next(string place = Place)
    {
        using FileDescriptor? file = Libc.TryOpen(place, Libc.O_RDWR | Libc.O_TMPFILE, FileModes.OwnFile, out _);
        return file is not null && Libc.TryStatus(file.Number) is { Inode: <= long.MaxValue } status ? (long)status.Inode : null;
    }

    /// <summary>Uses up the numbers that files had when the checkpoint was made.</summary>
    /// <param name="number">What <see cref="Next"/> said then.</param>
    public static void CountOn(long number, string place = Place)
    {
        Deadline deadline = Deadline.In(s_longest);
        long last = 0;
        while (last < number)
        {
            if (deadline.HasPassed || Next(place) is not { } next || next <= last) // a file system that does not count gives the same number again
            {
                Log.Info(Event.FileNumberMayRepeat, "a new file in /dev/shm may get the number of an older pod's file", ("number", last), ("wanted", number));
                return;
            }

            last = next;
        }
    }
}
