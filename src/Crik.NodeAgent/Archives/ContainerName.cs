namespace Crik.NodeAgent.Archives;

/// <summary>A container of a pod.</summary>
internal sealed record ContainerName(string Namespace, string Pod, string Container)
{
    public override string ToString() => $"{Container} of pod {Namespace}/{Pod}";
}
