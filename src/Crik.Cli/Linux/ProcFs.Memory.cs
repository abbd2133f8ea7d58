namespace Crik.Linux;

/// <summary>The memory of processes and of the machine.</summary>
internal static partial class ProcFs
{
    /// <summary>
    /// Estimates how much memory of these processes a dump has to write. Shared memory is counted once, with the largest share that one
    /// process has.
    /// </summary>
    /// <returns>Bytes: <c>RssAnon</c> and <c>RssShmem</c> of proc_pid_status(5).</returns>
    public static long ResidentBytes(IEnumerable<int> pids)
    {
        (long own, long shared) = (0, 0);
        foreach (int pid in pids)
        {
            string[] status = Lines($"/proc/{pid}/status");
            own += Kilobytes(status, "RssAnon:") << 10;
            shared = Math.Max(shared, Kilobytes(status, "RssShmem:") << 10);
        }

        return own + shared;
    }

    /// <summary>How much the machine has still to write to its disks.</summary>
    /// <returns>Bytes.</returns>
    public static long UnwrittenBytes()
    {
        string[] memory = Lines("/proc/meminfo");
        return (Kilobytes(memory, "Dirty:") + Kilobytes(memory, "Writeback:")) << 10;
    }

    /// <summary>How much a process has written to files so far (proc_pid_io(5)).</summary>
    /// <returns>Bytes; 0 when it may not be looked at.</returns>
    public static long BytesWritten(int pid) =>
        Field(Lines($"/proc/{pid}/io"), "write_bytes:") is { } bytes ? long.Parse(bytes, CultureInfo.InvariantCulture) : 0;

    /// <summary>How much a process has read so far, from files and from elsewhere (proc_pid_io(5)).</summary>
    /// <returns>Bytes; 0 when it may not be looked at.</returns>
    public static long BytesRead(int pid) =>
        Field(Lines($"/proc/{pid}/io"), "rchar:") is { } bytes ? long.Parse(bytes, CultureInfo.InvariantCulture) : 0;

    private static long Kilobytes(string[] lines, string name) =>
        Field(lines, name) is { } field ? long.Parse(field.AsSpan().TrimEnd(" kB"), CultureInfo.InvariantCulture) : 0;
}
