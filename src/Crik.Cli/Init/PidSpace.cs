using System.Globalization;
using Crik.Diagnostics;
using Crik.Linux;

namespace Crik.Init;

/// <summary>
/// Keeps the PIDs of the program's tree apart from those of crik, its threads and criu. The kernel hands PIDs out in
/// rising order and, once it has come round, never again below 300 (RESERVED_PIDS, kernel/pid.c). crik and criu live
/// below, because a container is young when they start; the tree always starts above, and so do its later children.
/// </summary>
internal static class PidSpace
{
    /// <summary>RESERVED_PIDS: the lowest number that is handed out a second time.</summary>
    public const int FirstOfTree = 300;

    /// <summary>criu takes one PID for itself and a few for helpers and hooks while it restores.</summary>
    private const int RoomForCriu = 48;

    /// <summary>The number handed out last in this namespace: the last field of <c>/proc/loadavg</c> (proc(5)).</summary>
    public static int LastPid()
    {
        string loads = File.ReadAllText("/proc/loadavg");
        return int.Parse(loads.AsSpan(loads.LastIndexOf(' ') + 1), CultureInfo.InvariantCulture);
    }

    /// <summary>Makes sure that the next process gets a number of the tree's range.</summary>
    public static void EnterTreeRange()
    {
        if (LastPid() < FirstOfTree)
        {
            AdvanceTo(FirstOfTree);
        }
    }

    /// <summary>
    /// Comes as near to the tree's range as leaves room for criu: what takes 4 ms where it is done one by one is then done, for
    /// the most part, while something else is waited for.
    /// </summary>
    public static void ApproachTreeRange()
    {
        if (LastPid() < FirstOfTree - RoomForCriu)
        {
            AdvanceTo(FirstOfTree - RoomForCriu);
        }
    }

    /// <summary>Makes sure that criu's own processes get numbers that none of these tasks needs.</summary>
    public static void MakeRoomForCriu(IReadOnlyCollection<int> neededByTree)
    {
        int last = LastPid();
        int free = FindRoom(last, neededByTree);
        if (free > last)
        {
            AdvanceTo(free);
        }
    }

    /// <summary>The lowest number from <paramref name="last"/> on that is followed by enough numbers nobody needs.</summary>
    internal static int FindRoom(int last, IReadOnlyCollection<int> needed)
    {
        int candidate = last;
        foreach (int pid in needed.Order())
        {
            if (pid > candidate && pid <= candidate + RoomForCriu)
            {
                candidate = pid;
            }
        }

        return candidate;
    }

    private static void AdvanceTo(int target)
    {
        const string LastPidFile = "sys/kernel/ns_last_pid";
        if (TryWrite($"/proc/{LastPidFile}", target))
        {
            return;
        }

        using FileDescriptor? proc = Libc.TryMakeProc();
        if (proc is not null && TryWrite($"/proc/self/fd/{proc.Number}/{LastPidFile}", target))
        {
            return;
        }

        int last = LastPid();
        while (last < target && Libc.TryUseUpPid())
        {
            last++;
        }

        Log.Debug("moved the PID counter on one by one", ("last", LastPid()));
    }

    private static bool TryWrite(string path, int target)
    {
        using FileDescriptor? file = Libc.TryOpen(path, Libc.O_WRONLY, 0, out _);
        return file is not null && Libc.TryWrite(file.Number, System.Text.Encoding.ASCII.GetBytes($"{target}\n")) == 0;
    }
}
