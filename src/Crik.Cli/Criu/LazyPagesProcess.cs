using System.Globalization;
using Crik.Init;
using Crik.Linux;

namespace Crik.Criu;

/// <summary>
/// criu's second process of a lazy restore (<c>criu lazy-pages</c>): it gets a userfaultfd from each restored task, brings the pages
/// that are touched, and meanwhile all others. It ends when there is none left.
/// </summary>
internal sealed class LazyPagesProcess(Supervisor supervisor, ChildProcess process, FileDescriptor ready) : IDisposable
{
    public const string LogName = "lazy-pages.log";
    private const string Userfaultfd = "anon_inode:[userfaultfd]";
    private const int StatusInCriu = 3;

    /// <summary>What it may take to be there; it reads the list of processes only.</summary>
    public static Deadline UntilReady() => Deadline.In(TimeSpan.FromSeconds(10));

    /// <summary>Copies of its userfaultfds, by their numbers over there.</summary>
    private FileDescriptor?[] _held = [];

    public int Pid => process.Pid;

    /// <summary>How it ended, when it has.</summary>
    public ExitStatus? Exit => process.Exit;

    /// <summary>What it has read until now, in bytes: the pages, and very little else.</summary>
    public long BytesRead
    {
        get
        {
            const string Field = "rchar: "; // proc_pid_io(5)
            string line = ProcFs.Lines($"/proc/{Pid}/io").FirstOrDefault(line => line.StartsWith(Field, StringComparison.Ordinal), $"{Field}0");
            return long.Parse(line.AsSpan(Field.Length), CultureInfo.InvariantCulture);
        }
    }

    /// <param name="work">Where it makes its socket, at which criu's restore looks for it, and its log.</param>
    /// <param name="outputPath">For what it writes elsewhere.</param>
    /// <exception cref="CriuException">criu is not there, or cannot be executed.</exception>
    public static LazyPagesProcess Start(Supervisor supervisor, string criu, string images, string work, string outputPath)
    {
        (FileDescriptor ours, FileDescriptor theirs) = Libc.MakeSocketPair();
        using (theirs)
        using (FileDescriptor none = Libc.Open("/dev/null", Libc.O_RDWR))
        using (FileDescriptor input = Libc.DuplicateForChild(none.Number))
        using (FileDescriptor output = Libc.Open(outputPath, Libc.O_WRONLY | Libc.O_CREAT | Libc.O_APPEND, 0x180))
        using (FileDescriptor words = Libc.DuplicateForChild(output.Number))
        using (FileDescriptor status = Libc.DuplicateForChild(theirs.Number))
        {
            string[] command =
            [
                criu, "lazy-pages", "--images-dir", images, "--work-dir", work, "--log-file", LogName, "-v2", "--status-fd", $"{StatusInCriu}",
            ];
            ChildProcess? process = supervisor.TryStart(
                new ProcessSpec(command) { Descriptors = [(input.Number, 0), (words.Number, 1), (words.Number, 2), (status.Number, StatusInCriu)], NewSession = true },
                out int errno);
            if (process is null)
            {
                ours.Dispose();
                throw new CriuException($"cannot run {criu}: {Errno.Text(errno)}", []);
            }

            return new LazyPagesProcess(supervisor, process, ours);
        }
    }

    /// <summary>Until it waits for criu's restore.</summary>
    /// <returns><see langword="false"/> when it ended instead, or time is up.</returns>
    public bool WaitUntilReady() => supervisor.Wait(() => process.HasExited, UntilReady(), ready.Number) && Libc.ReceivePacket(ready) is not null;

    /// <summary>
    /// Were it to die, the kernel would give a task that touches a missing page an empty one. While crik has a copy of the
    /// userfaultfd it makes the task wait instead, until it is ended.
    /// </summary>
    /// <returns><see langword="false"/> while it does not have those of all tasks itself yet.</returns>
    public bool TryHoldAll()
    {
        IReadOnlyList<(int Descriptor, string Target)> open = ProcFs.OpenFiles(Pid);
        bool hasAll = Hold(open);

        // They come by a connection; once all are there, the socket that it listened at is closed.
        int sockets = 0;
        foreach ((_, string target) in open)
        {
            sockets += target.StartsWith("socket:", StringComparison.Ordinal) ? 1 : 0;
        }

        return hasAll && sockets == 1 && Array.Exists(_held, copy => copy is not null);
    }

    /// <summary>
    /// Takes copies of those that came since, which are those of new children; and lets go of those it closed, for nobody would answer
    /// the tasks that have all their pages.
    /// </summary>
    public void HoldOn()
    {
        IReadOnlyList<(int Descriptor, string Target)> open = ProcFs.OpenFiles(Pid);
        if (!ProcFs.IsEnding(Pid)) // looked at second: what is closed by its end must not be let go
        {
            Hold(open);
        }
    }

    /// <returns>Whether it has a copy of each that is there now: not when crik may not have so many open.</returns>
    private bool Hold(IReadOnlyList<(int Descriptor, string Target)> open)
    {
        bool hasAll = true;
        FileDescriptor?[] before = _held;
        _held = new FileDescriptor?[open.Count == 0 ? 0 : open[^1].Descriptor + 1]; // they are in order
        using FileDescriptor? pidfd = Libc.TryOpenPidfd(Pid);
        foreach ((int number, string target) in open)
        {
            if (target == Userfaultfd)
            {
                bool isSame = number < before.Length && before[number] is { } copy && Libc.IsSameFile(Environment.ProcessId, copy.Number, Pid, number);
                _held[number] = isSame ? before[number] : pidfd is null ? null : Libc.TryGetDescriptor(pidfd, number);
                hasAll &= _held[number] is not null;
            }
        }

        for (int number = 0; number < before.Length; number++)
        {
            if (number >= _held.Length || !ReferenceEquals(before[number], _held[number]))
            {
                before[number]?.Dispose();
            }
        }

        return hasAll;
    }

    public void Dispose()
    {
        if (!process.HasExited)
        {
            Libc.Kill(process.Pid, Signal.SIGKILL);
            supervisor.Wait(() => process.HasExited, Deadline.In(TimeSpan.FromSeconds(2)));
        }

        supervisor.Forget(process);
        Array.ForEach(_held, copy => copy?.Dispose());
        _held = [];
        ready.Dispose();
    }
}
