namespace Crik.Kubernetes.Exec;

/// <summary>A command that is to run in a container, as `kubectl exec` asks for it (PodExecOptions of v1).</summary>
/// <param name="Container">Null means the only container, or the default one of the pod's annotation.</param>
/// <param name="Command">The program and its arguments. The container runtime starts it without a shell.</param>
public sealed record ExecRequest(string Namespace, string Pod, string? Container, IReadOnlyList<string> Command)
{
    /// <summary>How long all of it may take, with the command itself. Null means no limit.</summary>
    public TimeSpan? Timeout { get; init; }

    internal string Describe() => $"'{Command[0]}' in pod {Namespace}/{Pod}";
}
