using Crik.Diagnostics;

namespace Crik.Control;

/// <summary>
/// Finds the crik of this container and tells it from those of the pod's other containers, which may share volumes, the PID
/// namespace and always /dev/shm (docs/design/0020-control-socket.md). Nothing here waits for another process.
/// </summary>
/// <param name="Places">In the order in which they are tried.</param>
/// <param name="IsOfThisContainer">Tells whether the process at the other end of a connection belongs to this container.</param>
internal sealed record ControlEndpoint(IReadOnlyList<ControlPlace> Places, Func<int, bool> IsOfThisContainer)
{
    /// <summary>Connections that may wait to be accepted.</summary>
    private const int Backlog = 32;

    /// <summary>
    /// With a read-only root file system only /dev/shm is writable. All containers of a pod share it, so the name there has the
    /// number of the mount namespace, which no two containers have in common.
    /// </summary>
    public static ControlEndpoint OfThisContainer
    {
        get
        {
            List<ControlPlace> places = [new("/run/crik.sock")];
            if (MountNamespace("self") is { } mine)
            {
                string number = mine["mnt:[".Length..^1];
                places.Add(new ControlPlace($"/dev/shm/.crik-{number}/control.sock", IsInOwnDirectory: true));
            }

            return new ControlEndpoint(places, IsInThisContainer);
        }
    }

    /// <returns><see langword="null"/> when there is no place; everything but the control commands works without one.</returns>
    public ControlListener? Listen()
    {
        List<string> problems = [];
        foreach (ControlPlace place in Places)
        {
            using FileDescriptor? other = Libc.TryConnect(place.Path, out int errno);
            if (other is not null && IsOfThisContainer(Libc.Peer(other).Pid))
            {
                Log.Warning(Event.ControlSocketTaken, "crik status and crik checkpoint talk to another crik, which runs in this container already",
                    ("path", place.Path));
                return null;
            }

            string problem = other is not null || errno == Errno.EAGAIN ? "a process of another container listens there" : Errno.Text(errno);
            if (other is null && errno is Errno.ENOENT or Errno.ECONNREFUSED && TryListen(place, out problem) is { } listener)
            {
                return listener;
            }

            problems.Add($"{place.Path}: {problem}");
        }

        Log.Debug(Event.NoControlSocket, "there is no place for the control socket; crik status and crik checkpoint will not work",
            ("reason", string.Join("; ", problems)));
        return null;
    }

    /// <returns><see langword="null"/> with the reason when no crik of this container listens.</returns>
    /// <param name="pause">Called when too many connections wait to be accepted; returns whether to try again.</param>
    public FileDescriptor? Connect(Func<bool> pause, out string problem)
    {
        List<string> problems = [];
        foreach (ControlPlace place in Places)
        {
            FileDescriptor? socket;
            int errno;
            while ((socket = Libc.TryConnect(place.Path, out errno)) is null && errno == Errno.EAGAIN && pause())
            {
            }

            if (socket is not null && IsOfThisContainer(Libc.Peer(socket).Pid))
            {
                problem = "";
                return socket;
            }

            problems.Add($"{place.Path}: {(socket is null ? Errno.Text(errno) : "a process of another container listens there")}");
            socket?.Dispose();
        }

        problem = string.Join(", ", problems);
        return null;
    }

    /// <summary>
    /// Whether a process is in crik's container. A process outside of crik's PID namespace has the PID 0 here. If crik or the process is
    /// PID 1, the namespace belongs to this container alone. Otherwise several containers may share the namespace, and crik compares
    /// the mount namespaces.
    /// </summary>
    private static bool IsInThisContainer(int pid) =>
        pid > 0 && (pid == 1 || Environment.ProcessId == 1 || (MountNamespace($"{pid}") is { } theirs && theirs == MountNamespace("self")));

    private static string? MountNamespace(string process) => ProcFs.Link($"/proc/{process}/ns/mnt");

    private static ControlListener? TryListen(ControlPlace place, out string problem)
    {
        if (place.IsInOwnDirectory && WhyNotOwn(Path.GetDirectoryName(place.Path)!) is { } why)
        {
            problem = why;
            return null;
        }

        FileDescriptor? socket = Libc.TryListen(place.Path, Backlog, out int errno);
        problem = Errno.Text(errno);
        return socket is null ? null : new ControlListener(place, socket);
    }

    /// <summary>Makes the directory, or checks that the one which is there is this user's alone.</summary>
    private static string? WhyNotOwn(string directory)
    {
        try
        {
            Libc.MakeDirectory(directory, FileModes.OwnDirectory);
        }
        catch (LinuxException exception)
        {
            return exception.Message;
        }

        return Libc.TryStatus(directory, followLinks: false) is { IsDirectory: true, Permissions: FileModes.OwnDirectory } status && status.UserId == Libc.GetEffectiveUserId()
            ? null
            : $"{directory} is not a directory that belongs to this user alone";
    }
}
