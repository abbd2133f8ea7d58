namespace Crik.Init;

/// <summary>Tells how a process ended: it exited with a code, or a signal killed it (then <paramref name="Signal"/> is not 0).</summary>
internal readonly record struct ExitStatus(int Code, int Signal)
{
    public static ExitStatus FromWaitStatus(int status) =>
        (status & 0x7f) is 0 ? new((status >> 8) & 0xff, Signal: 0) : new(Code: 0, status & 0x7f);

    /// <summary>Makes one number of both, as shells do: the code, or 128 plus the signal.</summary>
    public int ToExitCode() => Signal is 0 ? Code : 128 + Signal;

    public override string ToString() => Signal is 0 ? $"exit code {Code}" : Linux.Signal.Name(Signal);
}
