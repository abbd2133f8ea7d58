namespace Crik.Init;

/// <summary>A child that somebody waits for. <see cref="Supervisor"/> fills in how it ended.</summary>
internal sealed class ChildProcess(int pid)
{
    public int Pid { get; } = pid;

    public ExitStatus? Exit { get; internal set; }

    public bool HasExited => Exit is not null;
}
