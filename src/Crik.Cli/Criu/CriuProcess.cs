using Crik.Diagnostics;
using Crik.Init;
using Crik.Linux;

namespace Crik.Criu;

/// <summary>
/// One criu, serving one request over a socket pair (<c>criu swrk</c>). Its notifications are the points at which crik
/// acts while the tree is frozen; while it works, crik stays an init.
/// </summary>
internal sealed class CriuProcess : IDisposable
{
    /// <summary>criu's end of the socket, and the first of the descriptors it hands on.</summary>
    private const int SocketInCriu = 3;
    public const int FirstInheritedInCriu = 4;

    /// <summary>As criu has it: kerndat.c.</summary>
    private const string RuntimeVariable = "XDG_RUNTIME_DIR=";

    /// <summary>What criu may take to end after its last word, or after it was told to stop.</summary>
    private static readonly TimeSpan s_endTimeout = TimeSpan.FromSeconds(2);

    private readonly Supervisor _supervisor;
    private readonly string _file;
    private readonly FileDescriptor _socket;
    private readonly ChildProcess _process;
    private bool _isKilled;

    private CriuProcess(Supervisor supervisor, string file, FileDescriptor socket, ChildProcess process)
    {
        _supervisor = supervisor;
        _file = file;
        _socket = socket;
        _process = process;
    }

    /// <param name="inherited">Descriptors that criu has too, from <see cref="FirstInheritedInCriu"/> on.</param>
    /// <param name="runtime">Where a criu of the basic level keeps what it found out about the kernel.</param>
    /// <param name="libraries">That it loads before all others; closed when it has them.</param>
    /// <exception cref="CriuException">criu is not there, or cannot be executed.</exception>
    public static CriuProcess Start(
        Supervisor supervisor, string criu, FileDescriptor? output, IReadOnlyList<int> inherited, IReadOnlyList<FileDescriptor>? libraries = null, string? runtime = null)
    {
        (FileDescriptor ours, FileDescriptor theirs) = Libc.MakeSocketPair();
        using FileDescriptor none = Libc.Open("/dev/null", Libc.O_RDWR);
        using (theirs)
        {
            List<FileDescriptor> moved = [];
            List<(int From, int To)> descriptors = [];
            void Pass(int from, int to)
            {
                FileDescriptor copy = Libc.DuplicateForChild(from);
                moved.Add(copy);
                descriptors.Add((copy.Number, to));
            }

            try
            {
                Pass(none.Number, 0);
                Pass((output ?? none).Number, 1);
                Pass((output ?? none).Number, 2);
                Pass(theirs.Number, SocketInCriu);
                for (int i = 0; i < inherited.Count; i++)
                {
                    Pass(inherited[i], FirstInheritedInCriu + i);
                }

                // Our end too. When crik is killed, the kernel closes its descriptors a moment before it ends the rest of the
                // container, and a criu that sees its client go lets the frozen tree run, beside the checkpoint just committed.
                int next = FirstInheritedInCriu + inherited.Count;
                Pass(ours.Number, next++);

                IReadOnlyList<string> environment = EnvironmentBlock.Current;
                foreach (FileDescriptor library in libraries ?? [])
                {
                    using (library)
                    {
                        Pass(library.Number, next);
                        environment = Preload.Add(environment, $"/proc/self/fd/{next++}");
                    }
                }

                string[] command = [criu, "swrk", $"{SocketInCriu}"];
                if (runtime is not null)
                {
                    command = [criu, "--unprivileged", .. command[1..]];
                    environment = [.. environment.Where(entry => !entry.StartsWith(RuntimeVariable, StringComparison.Ordinal)), RuntimeVariable + runtime];
                }

                ChildProcess? process = supervisor.TryStart(
                    new ProcessSpec(command)
                    {
                        Descriptors = descriptors,
                        Environment = environment,
                        NewSession = true,
                        SurvivesFileSizeLimit = true,
                    },
                    out int errno);
                if (process is null)
                {
                    ours.Dispose();
                    throw new CriuException($"cannot run {criu}: {Errno.Text(errno)}; install criu in the image, or set criuPath", []);
                }

                return new CriuProcess(supervisor, criu, ours, process);
            }
            finally
            {
                moved.ForEach(copy => copy.Dispose());
            }
        }
    }

    /// <summary>The version of this criu, as 40300 for 4.3. It stays for a request afterwards: to start a second one takes 6 ms.</summary>
    public int AskVersion(Deadline deadline)
    {
        Send(CriuRequest.ForVersion());
        return ReadVersion(deadline);
    }

    /// <summary>One that is gone already is found out when it is listened to.</summary>
    public void TrySend(byte[] request)
    {
        try
        {
            Send(request);
        }
        catch (CriuException exception)
        {
            Log.Debug(exception.Message);
        }
    }

    /// <summary>The answer to <see cref="CriuRequest.ForVersion"/>.</summary>
    public int ReadVersion(Deadline deadline, Func<bool>? giveUp = null) => Receive(deadline, giveUp)?.Version ?? throw NoAnswer();

    /// <exception cref="CriuException">It is gone.</exception>
    public void Send(byte[] request)
    {
        try
        {
            Libc.Write(_socket, request, "to criu");
        }
        catch (LinuxException)
        {
            throw NoAnswer();
        }
    }

    public int Pid => _process.Pid;

    /// <summary>The signal that ended it and was not crik's; 0 when there was none, or it is still there.</summary>
    public int EndSignal => _isKilled ? 0 : _process.Exit?.Signal ?? 0;

    /// <param name="progress">Reported now and then while nothing comes.</param>
    /// <returns><see langword="null"/> when criu ended without another word, or time is up.</returns>
    public CriuMessage? Receive(Deadline deadline, Func<bool>? giveUp = null, Progress? progress = null)
    {
        while (true)
        {
            Deadline turn = progress is not null && deadline.Left > Progress.Interval ? Deadline.In(Progress.Interval) : deadline;
            // A criu that is killed leaves tasks behind that are half restored and have its socket: that does not close then.
            bool over = _supervisor.Wait(() => IsReadable() || _process.HasExited || giveUp?.Invoke() == true, turn, _socket.Number);
            if (IsReadable() && !deadline.HasPassed) // one who never stops talking has no more time than others
            {
                return Libc.ReceivePacket(_socket) is { } packet ? Understand(packet) : null;
            }

            if (over || deadline.HasPassed)
            {
                return null;
            }

            progress?.Report();
        }
    }

    private CriuException NoAnswer() => new($"{_file} does not answer: is criuPath right, and is all there that it needs?", []);

    private CriuMessage Understand(byte[] packet)
    {
        try
        {
            return CriuMessage.Read(packet);
        }
        catch (InvalidDataException)
        {
            throw new CriuException($"{_file} says something that no criu says; is criuPath right?", []);
        }
    }

    private bool IsReadable() => Libc.PollForReading(_socket) != 0;

    /// <summary>
    /// Stops a dump in a way that leaves the tree unharmed: criu's next write to an image fails, and it takes its own
    /// error path, which heals the tasks and lets them go. Killing it could hit the instant in which a task runs borrowed
    /// code. Only a criu that does not react is killed; the kernel then lets its tracees go.
    /// </summary>
    public void GiveUp(TimeSpan patience)
    {
        if (_process.HasExited)
        {
            return;
        }

        Libc.ForbidFileWrites(_process.Pid);
        Libc.Kill(_process.Pid, Signal.SIGCONT); // whoever stopped it
        Deadline deadline = Deadline.In(patience);
        while (Receive(deadline) is { } message && message.Type == CriuRequest.Notify)
        {
            Send(CriuRequest.ForNotify(goOn: false, []));
        }

        if (!_supervisor.Wait(() => _process.HasExited, deadline.HasPassed ? Deadline.In(TimeSpan.Zero) : Deadline.In(s_endTimeout)))
        {
            Kill();
        }
    }

    public ExitStatus? WaitForEnd()
    {
        _supervisor.Wait(() => _process.HasExited, Deadline.In(s_endTimeout));
        return _process.Exit;
    }

    public void Kill()
    {
        if (!_process.HasExited)
        {
            _isKilled |= !ProcFs.IsEnding(_process.Pid); // else it is over, and nobody has waited for it yet
            Libc.Kill(_process.Pid, Signal.SIGKILL);
            _supervisor.Wait(() => _process.HasExited, Deadline.In(s_endTimeout));
        }
    }

    public void Dispose()
    {
        Libc.Shutdown(_socket); // criu, when it still waits for us, ends on this
        _socket.Dispose();
        if (!_process.HasExited && !_supervisor.Wait(() => _process.HasExited, Deadline.In(s_endTimeout)))
        {
            Kill();
        }

        _supervisor.Forget(_process);
    }
}
