namespace Crik.Proof;

/// <summary>A file that a process needs apart from its descriptors.</summary>
internal sealed class TaskFile(int pid, string what, uint file)
{
    public int Pid { get; } = pid;

    /// <summary>What it is for the process.</summary>
    public string What { get; } = what;

    /// <summary>The id of the open file.</summary>
    public uint File { get; } = file;
}
