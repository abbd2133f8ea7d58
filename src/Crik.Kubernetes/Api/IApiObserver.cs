using System.Net;

namespace Crik.Kubernetes.Api;

/// <summary>Hears of every request to the API server, for metrics. It is called on the thread of the request.</summary>
public interface IApiObserver
{
    /// <param name="status">Null if no answer came.</param>
    /// <param name="took">The time until the headers of the answer arrived. The events of a watch come later.</param>
    void Asked(HttpMethod method, HttpStatusCode? status, TimeSpan took);
}
