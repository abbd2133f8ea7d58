using System.Net;

namespace Crik.Kubernetes.Api;

/// <summary>
/// The API server cannot be reached, refuses a request, or sends something that cannot be understood.
/// </summary>
public sealed class KubernetesException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>The status of the answer. Null when there was no answer.</summary>
    public HttpStatusCode? Status { get; init; }

    /// <summary>
    /// Whether the next try must be a list, because the API server may have refused the version of the watch.
    /// </summary>
    public bool MustList { get; init; }
}
