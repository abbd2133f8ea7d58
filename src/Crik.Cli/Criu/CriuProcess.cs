using Crik.Diagnostics;
using Crik.Init;

namespace Crik.Criu;

/// <summary>
/// Runs one criu process, which serves one request over a socket pair. criu notifies crik at fixed points, at which crik can work on the
/// frozen tree.
/// </summary>
internal sealed class CriuProcess(IInit init, string file, FileDescriptor socket, ChildProcess process) : ICriuSession
{
    public const int FirstInheritedInCriu = 4;

    /// <summary>criu's end of the socket.</summary>
    private const int SocketInCriu = 3;

    /// <summary>The variable that tells an unprivileged criu where to store what it found out about the kernel (criu/kerndat.c).</summary>
    private const string RuntimeVariable = "XDG_RUNTIME_DIR=";

    /// <summary>How long criu may take to end after its last message, or after crik told it to stop.</summary>
    private static readonly TimeSpan s_endTimeout = TimeSpan.FromSeconds(2);

    private bool _isKilled;

    public ChildProcess Process => process;

    public int EndSignal => _isKilled ? 0 : Process.Exit?.Signal ?? 0;

    /// <exception cref="CriuException">criu does not exist or cannot be executed.</exception>
    public static CriuProcess Start(IInit init, string criu, FileDescriptor output, CriuStart how)
    {
        (FileDescriptor ours, FileDescriptor theirs) = Libc.MakeSocketPair();
        using FileDescriptor none = Libc.Open("/dev/null", Libc.O_RDWR);
        using DescriptorsForChild passed = new();
        using (theirs)
        {
            passed.Add(none.Number, 0);
            passed.Add(output.Number, 1);
            passed.Add(output.Number, 2);
            passed.Add(theirs.Number, SocketInCriu);
            int next = FirstInheritedInCriu;
            foreach (int descriptor in how.Inherited)
            {
                passed.Add(descriptor, next++);
            }

            // criu gets crik's end too. When crik is killed, the kernel closes its descriptors a moment before it ends the rest of the
            // container, and a criu whose client is gone lets the frozen tree run on, although its checkpoint was just committed.
            passed.Add(ours.Number, next++);
            IReadOnlyList<string> environment = CriuCommand.Environment;
            foreach (FileDescriptor library in how.Libraries)
            {
                using (library)
                {
                    passed.Add(library.Number, next);
                    environment = Preload.Add(environment, $"/proc/self/fd/{next++}");
                }
            }

            ProcessSpec spec = CriuCommand.Of([criu, .. how.Runtime is null ? Array.Empty<string>() : ["--unprivileged"], "swrk", $"{SocketInCriu}"]) with
            {
                Descriptors = passed.Pairs,
                Environment = how.Runtime is null ? environment
                    : [.. environment.Where(entry => !entry.StartsWith(RuntimeVariable, StringComparison.Ordinal)), RuntimeVariable + how.Runtime],
                IsOfferedToOomKiller = how.IsForDump, // a dump can be repeated, and the program and crik cannot
                SurvivesFileSizeLimit = true,
            };
            if (init.TryStart(spec, out int errno) is { } started)
            {
                return new CriuProcess(init, criu, ours, started);
            }

            ours.Dispose();
            string advice = Errno.IsShortage(errno) ? "raise the container's limit of processes, descriptors or memory" : "install criu in the image, or set criuPath";
            throw new CriuException($"cannot run {criu}: {Errno.Text(errno)}; {advice}", []) { IsOfPod = Errno.IsShortage(errno) };
        }
    }

    public static CriuException NoAnswer(string file) => new($"{file} does not answer: check that criuPath is right and that the image has all that criu needs", []);

    public void Send(byte[] request)
    {
        try
        {
            Libc.Write(socket, request, "to criu");
        }
        catch (LinuxException)
        {
            throw NoAnswer(file);
        }
    }

    public void TrySend(byte[] request)
    {
        try
        {
            Send(request);
        }
        catch (CriuException exception)
        {
            Log.Debug(Event.CriuDoesNotListen, exception.Message); // the caller notices it when it waits for the answer
        }
    }

    public CriuReply Receive(Deadline deadline, Func<bool>? giveUp = null, Progress? progress = null)
    {
        while (true)
        {
            Deadline turn = progress is not null && deadline.Left > Progress.Interval ? Deadline.In(Progress.Interval) : deadline;

            // When criu is killed, its end of the socket may stay open, because half restored tasks have it too.
            init.Wait(() => IsReadable() || Process.HasExited || giveUp?.Invoke() == true, turn, socket.Number);
            if (deadline.HasPassed) // checked here too, because a criu that sends messages without end never lets the wait time out
            {
                return new CriuReply.TimeIsUp();
            }

            if (IsReadable())
            {
                return Libc.ReceivePacket(socket) is { } packet ? new CriuReply.Said(Understand(packet)) : new CriuReply.Ended();
            }

            if (Process.HasExited)
            {
                return new CriuReply.Ended();
            }

            if (giveUp?.Invoke() == true)
            {
                return new CriuReply.Interrupted();
            }

            if (turn.HasPassed)
            {
                progress?.Report();
            }
        }
    }

    public void GiveUp(TimeSpan patience)
    {
        if (Process.HasExited)
        {
            return;
        }

        Libc.ForbidFileWrites(Process.Pid);
        _ = Libc.SendSignal(Process.Pid, Signal.SIGCONT); // in case that another process stopped criu
        Deadline deadline = Deadline.In(patience);
        while (Receive(deadline) is CriuReply.Said { Message.Type: CriuRequest.Notify })
        {
            TrySend(CriuRequest.ForNotify(goOn: false, []));
        }

        if (!init.Wait(() => Process.HasExited, deadline.HasPassed ? Deadline.In(TimeSpan.Zero) : Deadline.In(s_endTimeout)))
        {
            Kill();
        }
    }

    public void WaitForEnd() => init.Wait(() => Process.HasExited, Deadline.In(s_endTimeout));

    public void Kill()
    {
        if (!Process.HasExited)
        {
            _isKilled |= !ProcFs.IsEnding(Process.Pid); // a process that is already exiting was not killed by this signal
            _ = Libc.SendSignal(Process.Pid, Signal.SIGKILL);
            WaitForEnd();
        }
    }

    public void Dispose()
    {
        Libc.Shutdown(socket); // a criu that still waits for crik ends now
        socket.Dispose();
        if (!Process.HasExited)
        {
            WaitForEnd();
            Kill();
        }
    }

    private CriuMessage Understand(byte[] packet)
    {
        try
        {
            return CriuMessage.Read(packet);
        }
        catch (InvalidDataException)
        {
            throw new CriuException($"{file} sends something that no criu sends; check criuPath", []);
        }
    }

    private bool IsReadable() => Libc.PollForReading(socket) != 0;
}

/// <summary>What a criu process gets when it is started.</summary>
internal sealed record CriuStart
{
    /// <summary>Descriptors of crik that criu gets, under the numbers from <see cref="CriuProcess.FirstInheritedInCriu"/> on.</summary>
    public IReadOnlyList<int> Inherited { get; init; } = [];

    /// <summary>Libraries that criu loads before all others. They are closed after criu has started.</summary>
    public IReadOnlyList<FileDescriptor> Libraries { get; init; } = [];

    /// <summary>The directory in which a criu at the basic level stores what it finds out about the kernel.</summary>
    public string? Runtime { get; init; }

    /// <summary>Whether criu makes a checkpoint. The kernel then ends this criu first when memory runs out.</summary>
    public bool IsForDump { get; init; }
}
