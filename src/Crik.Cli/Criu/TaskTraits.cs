using System.Buffers;

namespace Crik.Criu;

/// <summary>
/// Reads and sets traits of processes and threads: what criu does not save, and what criu restores without a word when it fails
/// (criu/cr-restore.c, criu/pie/restorer.c). A trait is a text: its name, an equals sign and its value.
/// </summary>
internal static class TaskTraits
{
    private const string Affinity = "CPU affinity";
    private const string IoPriority = "I/O priority";
    private const string TimerSlack = "timer slack";
    private const string OutOfMemoryScore = "oom_score_adj";
    private const string CoreDumpFilter = "coredump_filter";
    private const string Blocked = "SigBlk";
    private const int SysNice = 23; // capability(7)

    /// <summary>The lines of <c>/proc/PID/status</c> to compare.</summary>
    private static readonly string[] s_ofStatus =
        ["Umask", "Uid", "Gid", "Groups", "SigIgn", "SigCgt", "CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb", "NoNewPrivs", "THP_enabled", "VmLck"];

    /// <summary>
    /// The numbers of the system calls that take a signal mask, on x86-64 and on arm64: while a thread waits in one, the kernel shows the mask
    /// of the call and not of the thread.
    /// </summary>
    private static readonly HashSet<string> s_callsWithMask =
    [
        "271", "73" /* ppoll */, "270", "72" /* pselect6 */, "281", "22" /* epoll_pwait */, "441" /* epoll_pwait2 */,
        "130", "133" /* rt_sigsuspend */, "333", "292" /* io_pgetevents */,
    ];

    /// <summary>The resource limits, in the order of their numbers (RLIMIT_CPU and so on, asm-generic/resource.h).</summary>
    private static readonly string[] s_limits =
        ["cpu", "fsize", "data", "stack", "core", "rss", "nproc", "nofile", "memlock", "as", "locks", "sigpending", "msgqueue", "nice", "rtprio", "rttime"];

    /// <summary>Whether crik may read and set the timer slack of other processes.</summary>
    public static bool HasTimerSlack() => ulong.TryParse(
        ProcFs.Field(ProcFs.Lines("/proc/self/status"), "CapEff:"), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out ulong effective)
        && (effective >> SysNice & 1) != 0;

    /// <returns>Nothing for a process that has gone.</returns>
    public static List<string> OfProcess(int process)
    {
        List<string> traits = [];
        foreach (string name in (string[])[OutOfMemoryScore, CoreDumpFilter, "personality"])
        {
            Add(traits, name, ReadLine($"/proc/{process}/{name}"));
        }

        foreach (string line in ProcFs.Lines($"/proc/{process}/status"))
        {
            if (line.IndexOf(':', StringComparison.Ordinal) is > 0 and var end && s_ofStatus.Contains(line[..end]))
            {
                Add(traits, line[..end], line[(end + 1)..].Trim().Replace('\t', ' '));
            }
        }

        for (int i = 0; i < s_limits.Length; i++)
        {
            Add(traits, $"limit {s_limits[i]}", Libc.Limit(process, i) is { } limit ? $"{Text(limit.Soft)} {Text(limit.Hard)}" : null);
        }

        return traits;
    }

    /// <returns>Nothing for a thread that has gone.</returns>
    public static List<string> OfThread(int thread, bool withTimerSlack)
    {
        List<string> traits = [];
        Span<byte> cpus = Libc.Affinity(thread).ToArray();
        cpus.Reverse();
        Add(traits, Affinity, cpus.IsEmpty ? null : Convert.ToHexString(cpus)); // as taskset(1) writes it
        Add(traits, IoPriority, Libc.IoPriority(thread)?.ToString(CultureInfo.InvariantCulture));
        Add(traits, "scheduling", Libc.Scheduling(thread) is { } known ? $"policy {known.Policy} priority {known.Priority} nice {known.Nice}" : null);
        Add(traits, Blocked, HasMaskOfCall(thread) ? null : ProcFs.Field(ProcFs.Lines($"/proc/{thread}/status"), $"{Blocked}:"));
        Add(traits, TimerSlack, withTimerSlack ? ReadLine($"/proc/{thread}/timerslack_ns") : null);
        return traits;
    }

    /// <summary>Sets a trait that criu does not restore.</summary>
    /// <param name="value">As it was read. It may come from a damaged checkpoint.</param>
    /// <returns>Whether the kernel took it; <see langword="false"/> also for every other trait.</returns>
    public static bool TrySet(int task, string name, string value) => name switch
    {
        Affinity => TrySetAffinity(task, value),
        IoPriority => int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int priority) && Libc.TrySetIoPriority(task, priority) == 0,
        TimerSlack => TryWrite($"/proc/{task}/timerslack_ns", value),
        OutOfMemoryScore => TryWrite($"/proc/{task}/{name}", value),
        CoreDumpFilter => TryWrite($"/proc/{task}/{name}", $"0x{value}"),
        _ => false,
    };

    public static bool IsSignalMask(string trait) => trait.StartsWith($"{Blocked}=", StringComparison.Ordinal);

    private static bool HasMaskOfCall(int thread) => ReadLine($"/proc/{thread}/syscall") is { } call && s_callsWithMask.Contains(call.Split(' ')[0]);

    private static string? ReadLine(string path) => ProcFs.Lines(path) is [var line] ? line : null;

    private static string Text(ulong limit) => limit == ulong.MaxValue ? "unlimited" : limit.ToString(CultureInfo.InvariantCulture);

    private static void Add(List<string> traits, string name, string? value)
    {
        if (value is not null)
        {
            traits.Add($"{name}={value}");
        }
    }

    /// <summary>The kernel leaves out the CPUs that this container does not have, and refuses when none is left.</summary>
    private static bool TrySetAffinity(int thread, string value)
    {
        byte[] cpus = new byte[value.Length / 2];
        if (Convert.FromHexString(value, cpus, out _, out _) != OperationStatus.Done)
        {
            return false;
        }

        cpus.AsSpan().Reverse();
        return Libc.TrySetAffinity(thread, cpus) == 0;
    }

    private static bool TryWrite(string path, string value)
    {
        using FileDescriptor? file = Libc.TryOpen(path, Libc.O_WRONLY, 0, out _);
        return file is not null && Libc.TryWrite(file.Number, ByteStrings.Encode(value)) == 0;
    }
}
