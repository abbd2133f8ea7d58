using Crik.Diagnostics;

namespace Crik.Init;

/// <summary>
/// Keeps the PIDs of the program's tree apart from those of crik, its threads and criu. The kernel hands PIDs out in rising order. After
/// it has wrapped around, it hands out none below 300 (RESERVED_PIDS, kernel/pid.c). crik and criu start early in the life of a container
/// and get PIDs below 300. The program's tree always starts above, and so do its later children.
/// </summary>
internal static class PidSpace
{
    /// <summary>The lowest PID that the kernel hands out again after it has wrapped around (RESERVED_PIDS).</summary>
    public const int FirstOfTree = 300;

    /// <summary>How many PIDs criu may use while it restores: one for itself, and a few for its helpers and hooks.</summary>
    private const int RoomForCriu = 48;

    /// <summary>Reads the PID that the kernel handed out last in this namespace: the last field of <c>/proc/loadavg</c> (proc(5)).</summary>
    public static int LastPid()
    {
        string loads = File.ReadAllText("/proc/loadavg");
        return int.Parse(loads.AsSpan(loads.LastIndexOf(' ') + 1), CultureInfo.InvariantCulture);
    }

    /// <summary>Makes sure that the next process gets a PID in the tree's range.</summary>
    public static void EnterTreeRange() => AdvanceTo(FirstOfTree);

    /// <summary>
    /// Moves the PID counter close to the tree's range but leaves room for criu. Moving it one PID at a time takes 4 ms. crik calls this
    /// while it waits for something else, so that little of that work is left when it counts.
    /// </summary>
    public static void ApproachTreeRange() => AdvanceTo(FirstOfTree - RoomForCriu);

    /// <summary>Makes sure that criu's own processes get PIDs that no task of the tree needs.</summary>
    public static void MakeRoomForCriu(IReadOnlyCollection<int> neededByTree) => AdvanceTo(FindRoom(LastPid(), neededByTree));

    /// <summary>Finds the lowest PID, from <paramref name="last"/> on, after which enough PIDs are free for criu.</summary>
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
        if (LastPid() >= target || TryWrite($"/proc/{LastPidFile}", target))
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

        Log.Debug(Event.PidCounterNotSet, "the PID counter could not be set, so crik used up PIDs one by one", ("last", LastPid()));
    }

    private static bool TryWrite(string path, int target)
    {
        using FileDescriptor? file = Libc.TryOpen(path, Libc.O_WRONLY, 0, out _);
        return file is not null && Libc.TryWrite(file.Number, Encoding.ASCII.GetBytes($"{target}\n")) == 0;
    }
}
