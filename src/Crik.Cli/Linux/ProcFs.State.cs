namespace Crik.Linux;

/// <summary>What a process does: its state, its groups, its signals.</summary>
internal static partial class ProcFs
{
    /// <summary>The signals that this process ignores; bit N-1 stands for signal N.</summary>
    public static ulong IgnoredSignals() =>
        ulong.Parse(Field(Lines("/proc/self/status"), "SigIgn:") ?? "0", NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    /// <returns>Process group and session; zero for a process that has gone.</returns>
    public static (int Group, int Session, char State) Membership(int pid) => Fields($"/proc/{pid}/stat") is [var state, _, var group, var session, ..]
        ? (int.Parse(group, CultureInfo.InvariantCulture), int.Parse(session, CultureInfo.InvariantCulture), state[0])
        : (0, 0, 'X');

    /// <summary>When a process started, in clock ticks since the machine's start; with the number it tells a process from every other.</summary>
    /// <returns>0 for a process that has gone.</returns>
    public static ulong StartTime(int pid) => ulong.Parse(StatField(pid, 22) ?? "0", CultureInfo.InvariantCulture);

    /// <returns>0 for a process that has gone, and for one whose parent is outside this PID namespace.</returns>
    public static int Parent(int pid) => int.Parse(StatField(pid, 4) ?? "0", CultureInfo.InvariantCulture);

    /// <summary>The process group that a process's terminal sends its signals to.</summary>
    /// <returns><see langword="null"/> when it has no terminal, or that has none.</returns>
    public static int? ForegroundGroup(int pid) =>
        int.Parse(StatField(pid, 8) ?? "0", CultureInfo.InvariantCulture) is > 0 and int group ? group : null;

    /// <summary>Tells whether a process is ending, so that its descriptors may be closed already. It may not be reapable yet.</summary>
    public static bool IsEnding(int pid)
    {
        const uint PF_EXITING = 4; // include/linux/sched.h
        return StatField(pid, 9) is not { } flags || (uint.Parse(flags, CultureInfo.InvariantCulture) & PF_EXITING) != 0;
    }

    /// <summary>The state of a process or thread: R, S, D, T, Z …</summary>
    /// <param name="stat">The path of its file <c>stat</c>.</param>
    public static char State(string stat) => Fields(stat) is { Length: > 0 } fields ? fields[0][0] : 'X';

    /// <summary>The signal that ended a process which nobody has waited for yet.</summary>
    /// <returns>0 for one that runs, exited, or may not be looked into.</returns>
    public static int EndSignal(int pid)
    {
        const int ExitCode = 49; // the 52nd of all
        string[] fields = Fields($"/proc/{pid}/stat");
        return fields.Length > ExitCode && fields[0] == "Z" ? int.Parse(fields[ExitCode], CultureInfo.InvariantCulture) & 0x7f : 0;
    }

    /// <summary>The address at which a thread that does not run will continue.</summary>
    public static ulong? InstructionPointer(int pid, int thread)
    {
        // The file has "running", "-1 SP PC", or a system call: its number, six arguments, SP and PC.
        string line = Lines($"/proc/{pid}/task/{thread}/syscall").FirstOrDefault(string.Empty);
        int last = line.LastIndexOf(" 0x", StringComparison.Ordinal);
        return last < 0 ? null : ulong.Parse(line.AsSpan(last + 3), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
    }

    public static bool IsTraced(int pid, int thread) => Field(Lines($"/proc/{pid}/task/{thread}/status"), "TracerPid:") is not (null or "0");

    /// <summary>One field of <c>/proc/PID/stat</c>, by its number in proc_pid_stat(5).</summary>
    private static string? StatField(int pid, int number) =>
        Fields($"/proc/{pid}/stat") is var fields && fields.Length > number - 3 ? fields[number - 3] : null;

    /// <summary>
    /// The fields that follow the name: pid (comm) state ppid pgrp session … The name may hold spaces, brackets and newlines, so the last
    /// bracket of the whole file ends it.
    /// </summary>
    private static string[] Fields(string stat)
    {
        string text = Text(stat);
        return text[(text.LastIndexOf(')') + 1)..].Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries);
    }
}
