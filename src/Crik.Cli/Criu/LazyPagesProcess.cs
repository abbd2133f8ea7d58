using Crik.Init;

namespace Crik.Criu;

/// <summary>
/// Runs the second criu process of a lazy restore (<c>criu lazy-pages</c>). It gets a userfaultfd from each restored task. It first brings
/// the pages that the program touches, and meanwhile all others. It ends when every page is loaded.
/// </summary>
internal sealed class LazyPagesProcess(IInit init, ChildProcess process, FileDescriptor ready) : IDisposable
{
    public const string LogName = "lazy-pages.log";
    private const string Userfaultfd = "anon_inode:[userfaultfd]";
    private const int StatusInCriu = 3;

    /// <summary>When the process must be ready. Until then it only reads the list of tasks.</summary>
    public static Deadline UntilReady() => Deadline.In(TimeSpan.FromSeconds(10));

    /// <summary>Copies of the process's userfaultfds, at the index of their numbers in that process.</summary>
    private FileDescriptor?[] _held = [];

    public int Pid => process.Pid;

    /// <summary>How the process ended; <see langword="null"/> while it runs.</summary>
    public ExitStatus? Exit => process.Exit;

    /// <summary>How many bytes the process has read until now. Nearly all of them are pages.</summary>
    public long BytesRead => ProcFs.BytesRead(Pid);

    /// <param name="work">The directory for its log and its socket. criu's restore looks for the socket there.</param>
    /// <param name="outputPath">The file for its standard output and error.</param>
    /// <exception cref="CriuException">criu does not exist or cannot be executed.</exception>
    public static LazyPagesProcess Start(IInit init, string criu, string images, string work, string outputPath)
    {
        (FileDescriptor ours, FileDescriptor theirs) = Libc.MakeSocketPair();
        using (theirs)
        using (FileDescriptor none = Libc.Open("/dev/null", Libc.O_RDWR))
        using (FileDescriptor output = Libc.Open(outputPath, Libc.O_WRONLY | Libc.O_CREAT | Libc.O_APPEND, FileModes.OwnFile))
        using (DescriptorsForChild passed = new())
        {
            passed.Add(none.Number, 0);
            passed.Add(output.Number, 1);
            passed.Add(output.Number, 2);
            passed.Add(theirs.Number, StatusInCriu);
            string[] command =
            [
                criu, "lazy-pages", "--images-dir", images, "--work-dir", work, "--log-file", LogName, "-v2", "--status-fd", $"{StatusInCriu}",
            ];
            if (init.TryStart(CriuCommand.Of(command) with { Descriptors = passed.Pairs }, out int errno) is { } started)
            {
                return new LazyPagesProcess(init, started, ours);
            }

            ours.Dispose();
            throw new CriuException($"cannot run {criu}: {Errno.Text(errno)}", []) { IsOfPod = Errno.IsShortage(errno) };
        }
    }

    /// <summary>Waits until the process is ready for criu's restore.</summary>
    /// <returns><see langword="false"/> when the process ended instead, or the time is up.</returns>
    public bool WaitUntilReady() => init.Wait(() => process.HasExited, UntilReady(), ready.Number) && Libc.ReceivePacket(ready) is not null;

    /// <summary>
    /// Copies the userfaultfds of all tasks to crik. If the process died, the kernel would give a task that touches a missing page an empty
    /// one. While crik has a copy of the userfaultfd, the kernel makes the task wait instead, and crik can end it.
    /// </summary>
    /// <returns><see langword="false"/> when the process does not have the userfaultfds of all tasks yet, or crik could not copy one.</returns>
    public bool TryHoldAll()
    {
        IReadOnlyList<(int Descriptor, string Target)> open = ProcFs.OpenFiles(Pid);
        bool hasAll = Hold(open);

        // criu sends them over a connection. When the process has received all, it closes the socket that it listened on.
        long sockets = open.Sum(file => file.Target.StartsWith("socket:", StringComparison.Ordinal) ? 1 : 0);
        return hasAll && sockets == 1 && Array.Exists(_held, copy => copy is not null);
    }

    /// <summary>
    /// Copies the userfaultfds that the process got since, which belong to new children, and closes the copies of those that it closed.
    /// A task whose userfaultfd stayed open only here would wait for pages that nobody brings.
    /// </summary>
    public void HoldOn()
    {
        IReadOnlyList<(int Descriptor, string Target)> open = ProcFs.OpenFiles(Pid);
        if (!ProcFs.IsEnding(Pid)) // checked after the list was read: the copies must stay when only its end closed the originals
        {
            Hold(open);
        }
    }

    /// <returns>Whether crik now has a copy of each. It has not when its limit of open files is reached.</returns>
    private bool Hold(IReadOnlyList<(int Descriptor, string Target)> open)
    {
        bool hasAll = true;
        FileDescriptor?[] before = _held;
        _held = new FileDescriptor?[open.Count == 0 ? 0 : open[^1].Descriptor + 1]; // the list is in ascending order
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
            _ = Libc.SendSignal(process.Pid, Signal.SIGKILL);
            init.Wait(() => process.HasExited, Deadline.In(TimeSpan.FromSeconds(2)));
        }

        init.Forget(process);
        Array.ForEach(_held, copy => copy?.Dispose());
        _held = [];
        ready.Dispose();
    }
}
