using System.Net;
using Crik.NodeStateServer.Watching;

namespace Crik.NodeStateServer.Kubernetes;

/// <summary>
/// The API server cannot be reached, refuses a request, or sends something that cannot be understood.
/// </summary>
internal sealed class KubernetesException(string message, Exception? inner = null) : NodeSourceException(message, inner)
{
    public HttpStatusCode? Status { get; init; }
}
