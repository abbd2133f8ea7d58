namespace Crik.Kubernetes.Exec;

/// <summary>How a command in a container ended.</summary>
public abstract record ExecEnding
{
    private ExecEnding()
    {
    }

    /// <summary>The command ran and ended with an exit code.</summary>
    public sealed record Exited(int Code) : ExecEnding;

    /// <summary>The container runtime could not start the command, for example because there is no such file.</summary>
    /// <param name="Message">The text of the container runtime. Each runtime has words of its own.</param>
    public sealed record NotStarted(string Message) : ExecEnding
    {
        /// <summary>
        /// Whether the container has no such command. runc, crun and runsc quote the errors of Go's os/exec and of the
        /// kernel.
        /// </summary>
        public bool IsNoSuchCommand =>
            Message.Contains("no such file or directory", StringComparison.OrdinalIgnoreCase)
            || Message.Contains("executable file not found", StringComparison.OrdinalIgnoreCase)
            || Message.Contains("executable file `", StringComparison.OrdinalIgnoreCase);
    }
}
