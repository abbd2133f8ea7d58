namespace Crik.Kubernetes.Exec;

/// <summary>All that a program in a container wrote, and its exit code.</summary>
public sealed record ContainerOutput(int ExitCode, string Output, string Error);
