using System.Diagnostics;
using Crik.Configuration;
using Crik.Inspection;

namespace Crik.Checks;

/// <summary>
/// Measures how fast the image directory brings data to its disk. That limits how large a program can be that is saved within the
/// grace period.
/// </summary>
internal static class SyncSpeed
{
    private const int Bytes = 16 << 20;

    /// <summary>Writes, syncs and removes a file, and takes the time.</summary>
    public static Finding Measure(string imageDir, TerminationPolicy policy, long needed)
    {
        string path = Path.Combine(imageDir, $".check-{Environment.ProcessId}");
        try
        {
            byte[] data = new byte[1 << 20];
            new Random(1).NextBytes(data); // some disks do not write zeros
            Stopwatch clock = Stopwatch.StartNew();
            using (FileDescriptor file = Libc.Open(path, Libc.O_WRONLY | Libc.O_CREAT | Libc.O_EXCL | Libc.O_NOFOLLOW, FileModes.OwnFile))
            {
                for (int written = 0; written < Bytes; written += data.Length)
                {
                    Libc.Write(file, data, path);
                }

                Libc.Sync(file, path);
            }

            return Judge(Bytes / Math.Max(0.001, clock.Elapsed.TotalSeconds), policy, needed);
        }
        catch (IOException exception)
        {
            return new("sync", Verdict.Problem, $"cannot write {Words.Size(Bytes)} to {imageDir}: {Faults.Reason(exception)}");
        }
        finally
        {
            if (File.Exists(path))
            {
                File.Delete(path);
            }
        }
    }

    /// <param name="needed">The memory of the program that runs here, in bytes; 0 when none runs.</param>
    internal static Finding Judge(double bytesPerSecond, TerminationPolicy policy, long needed)
    {
        long Fits(TimeSpan period) => (long)(bytesPerSecond * period.TotalSeconds * 0.75);
        long fits = Fits(policy.GracePeriod);
        long atShutdown = Fits(policy.NodeShutdownGracePeriod);
        string speed = $"written and synced at {Words.Size((long)bytesPerSecond)}/s: about {Words.Size(fits)} of memory fit into three quarters of the {policy.GracePeriod.TotalSeconds} s "
            + "between SIGTERM and SIGKILL (gracePeriod without preStopTime)"
            + (atShutdown < fits ? $", and {Words.Size(atShutdown)} into those of the {policy.NodeShutdownGracePeriod.TotalSeconds} s on a node that shuts down" : "");
        return needed > fits
            ? new("sync", Verdict.Warning, $"{speed}, but the program has {Words.Size(needed)}: raise gracePeriod and terminationGracePeriodSeconds together, or use a faster volume",
                $"# in the pod\nterminationGracePeriodSeconds: {(long)(needed / bytesPerSecond * 2) + 10}")
            : needed > atShutdown
                ? new("sync", Verdict.Warning, $"{speed}, but the program has {Words.Size(needed)}: make checkpoints before a node shuts down "
                    + "(checkpointInterval, checkpointOnWarning), or use a faster volume")
                : Finding.Ok("sync", speed);
    }
}
