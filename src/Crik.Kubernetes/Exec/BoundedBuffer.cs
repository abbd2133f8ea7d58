using Crik.Kubernetes.Api;

namespace Crik.Kubernetes.Exec;

/// <summary>Keeps what is written to it, up to a limit.</summary>
internal sealed class BoundedBuffer(int mostBytes, string source) : MemoryStream
{
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        Length + buffer.Length <= mostBytes
            ? base.WriteAsync(buffer, cancellationToken)
            : throw KubernetesException.NotUnderstood($"{source} wrote more than {mostBytes >> 20} MiB");
}
