namespace Crik.Kubectl.Cluster;

/// <summary>The container has no crik that could be asked.</summary>
internal sealed class NoCrikException(string message) : KubectlException(message);
