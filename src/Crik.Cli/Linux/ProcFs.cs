using System.Globalization;
using System.Text;

namespace Crik.Linux;

/// <summary>What crik reads of other processes under <c>/proc</c> (proc(5)). A process that has gone reads as empty.</summary>
internal static class ProcFs
{
    /// <summary>A process and all its descendants, parents before children.</summary>
    public static IReadOnlyList<int> Tree(int root)
    {
        List<int> found = [root];
        for (int i = 0; i < found.Count; i++)
        {
            foreach (int thread in Threads(found[i]))
            {
                found.AddRange(Children(found[i], thread));
            }
        }

        return found;
    }

    public static IReadOnlyList<int> Threads(int pid) => Numbers($"/proc/{pid}/task");

    /// <summary>The descriptors of a process and what they lead to: a path, or <c>pipe:[123]</c> and the like.</summary>
    public static IReadOnlyList<(int Descriptor, string Target)> OpenFiles(int pid)
    {
        List<(int Descriptor, string Target)> open = [];
        using FileDescriptor? directory = Libc.TryOpen($"/proc/{pid}/fd", Libc.O_RDONLY | Libc.O_DIRECTORY, 0, out _);
        foreach (byte[] name in directory is null ? [] : Libc.ReadDirectory(directory))
        {
            if (Number(name) is { } descriptor && Libc.TryReadLink(directory!, name) is { } target)
            {
                open.Add((descriptor, Encoding.UTF8.GetString(target)));
            }
        }

        open.Sort((one, other) => one.Descriptor - other.Descriptor);
        return open;
    }

    /// <summary>What a descriptor of this process leads to.</summary>
    public static string? DescriptorLink(int descriptor) => Link($"/proc/self/fd/{descriptor}");

    public static string? Link(string path)
    {
        try
        {
            return new FileInfo(path).LinkTarget;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    public static string[] Lines(string path)
    {
        try
        {
            return Encoding.UTF8.GetString(Libc.ReadToEnd(path)).TrimEnd('\n') is { Length: > 0 } text ? text.Split('\n') : [];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    /// <summary>The signals that this process ignores; bit N-1 stands for signal N.</summary>
    public static ulong IgnoredSignals()
    {
        const string Field = "SigIgn:";
        string line = Lines("/proc/self/status").FirstOrDefault(line => line.StartsWith(Field, StringComparison.Ordinal), $"{Field}0");
        return ulong.Parse(line.AsSpan(Field.Length).Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
    }

    /// <returns>Process group and session; zero for a process that has gone.</returns>
    public static (int Group, int Session, char State) Membership(int pid)
    {
        string[] fields = Fields($"/proc/{pid}/stat");
        return fields.Length < 4
            ? (0, 0, 'X')
            : (int.Parse(fields[2], CultureInfo.InvariantCulture), int.Parse(fields[3], CultureInfo.InvariantCulture), fields[0][0]);
    }

    /// <summary>The process group that a process's terminal sends its signals to.</summary>
    /// <returns><see langword="null"/> when it has no terminal, or that has none.</returns>
    public static int? ForegroundGroup(int pid)
    {
        string[] fields = Fields($"/proc/{pid}/stat");
        return fields.Length > 5 && int.Parse(fields[5], CultureInfo.InvariantCulture) is > 0 and int group ? group : null;
    }

    /// <summary>Whether its descriptors may have been closed by its end: from exit on, also before it can be reaped.</summary>
    public static bool IsEnding(int pid)
    {
        const uint PF_EXITING = 4; // include/linux/sched.h
        string[] fields = Fields($"/proc/{pid}/stat");
        return fields.Length < 7 || (uint.Parse(fields[6], CultureInfo.InvariantCulture) & PF_EXITING) != 0;
    }

    /// <summary>The state of a process or thread: R, S, D, T, Z …</summary>
    /// <param name="stat">Its file of that name.</param>
    public static char State(string stat) => Fields(stat) is { Length: > 0 } fields ? fields[0][0] : 'X';

    /// <summary>The signal that ended a process which nobody has waited for yet.</summary>
    /// <returns>0 for one that runs, exited, or may not be looked into.</returns>
    public static int EndSignal(int pid)
    {
        const int ExitCode = 49; // the 52nd of all
        string[] fields = Fields($"/proc/{pid}/stat");
        return fields.Length > ExitCode && fields[0] == "Z" ? int.Parse(fields[ExitCode], CultureInfo.InvariantCulture) & 0x7f : 0;
    }

    /// <summary>Where a thread that does not run goes on.</summary>
    public static ulong? InstructionPointer(int pid, int thread)
    {
        // "running", "-1 SP PC", or a system call: its number, six arguments, SP and PC.
        string line = Lines($"/proc/{pid}/task/{thread}/syscall").FirstOrDefault(string.Empty);
        int last = line.LastIndexOf(" 0x", StringComparison.Ordinal);
        return last < 0 ? null : ulong.Parse(line.AsSpan(last + 3), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
    }

    public static bool IsTraced(int pid, int thread)
    {
        const string Field = "TracerPid:";
        return Lines($"/proc/{pid}/task/{thread}/status").FirstOrDefault(line => line.StartsWith(Field, StringComparison.Ordinal), $"{Field}0")[Field.Length..].Trim() != "0";
    }

    /// <summary>Unix sockets with an absolute path, in a process's network namespace.</summary>
    public static IEnumerable<(string Inode, string Path)> BoundSockets(int pid)
    {
        foreach (string line in Lines($"/proc/{pid}/net/unix"))
        {
            // Num RefCount Protocol Flags Type St Inode Path; the path may hold spaces.
            string[] fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            int path = line.IndexOf(" /", StringComparison.Ordinal);
            if (fields.Length > 7 && path > 0)
            {
                yield return (fields[6], line[(path + 1)..]);
            }
        }
    }

    /// <summary>Memory of these processes that a dump has to write, about: of what they share, as much as the one has that has most of it.</summary>
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

    /// <summary>What the machine has still to write to its disks.</summary>
    /// <returns>Bytes.</returns>
    public static long UnwrittenBytes()
    {
        string[] memory = Lines("/proc/meminfo");
        return (Kilobytes(memory, "Dirty:") + Kilobytes(memory, "Writeback:")) << 10;
    }

    private static long Kilobytes(string[] lines, string name)
    {
        string? line = lines.FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal));
        return line is null ? 0 : long.Parse(line.AsSpan(name.Length).Trim().TrimEnd(" kB"), CultureInfo.InvariantCulture);
    }

    /// <summary>Those after the name, which may hold spaces and brackets: pid (comm) state ppid pgrp session …</summary>
    private static string[] Fields(string stat)
    {
        string line = Lines(stat).FirstOrDefault(string.Empty);
        return line[(line.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
    }

    private static List<int> Children(int pid, int thread)
    {
        List<int> children = [];
        foreach (string line in Lines($"/proc/{pid}/task/{thread}/children"))
        {
            foreach (string child in line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            {
                children.Add(int.Parse(child, CultureInfo.InvariantCulture));
            }
        }

        return children;
    }

    private static List<int> Numbers(string path)
    {
        List<int> numbers = [];
        using FileDescriptor? directory = Libc.TryOpen(path, Libc.O_RDONLY | Libc.O_DIRECTORY, 0, out _); // gone, or another user's: nothing to see
        foreach (byte[] name in directory is null ? [] : Libc.ReadDirectory(directory))
        {
            if (Number(name) is { } number)
            {
                numbers.Add(number);
            }
        }

        numbers.Sort();
        return numbers;
    }

    private static int? Number(ReadOnlySpan<byte> name) =>
        int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : null;
}
