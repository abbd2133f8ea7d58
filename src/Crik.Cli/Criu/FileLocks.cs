namespace Crik.Criu;

/// <summary>Lists the locks and leases of a tree, as <c>/proc/locks</c> shows them (proc(5)), to find those that a restore lost.</summary>
internal static class FileLocks
{
    /// <summary>
    /// The kind, the mode and the range of each lock. The holder's number is left out, because processes may share a lock, and the file is left
    /// out, because a file that was put back has another inode. Locks of open files (F_OFD_SETLK) are missing: they belong to no process.
    /// </summary>
    public static IReadOnlyList<string> Read(IEnumerable<int> tasks)
    {
        HashSet<int> holders = [.. tasks];
        List<string> found = [];
        foreach (string line in ProcFs.Lines("/proc/locks"))
        {
            // 1: FLOCK ADVISORY WRITE 301 00:35:1234 0 EOF; a process that waits for a lock has a line with "->" as its second word
            if (line.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [_, var kind, _, var mode, var pid, _, var start, var end]
                && int.TryParse(pid, NumberStyles.None, CultureInfo.InvariantCulture, out int holder) && holders.Contains(holder))
            {
                found.Add($"{kind} {mode} {start} {end}");
            }
        }

        return found;
    }
}
