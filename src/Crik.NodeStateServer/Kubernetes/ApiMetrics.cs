using System.Net;
using Crik.Kubernetes.Api;
using Crik.NodeStateServer.Metrics;

namespace Crik.NodeStateServer.Kubernetes;

/// <summary>Counts the requests to the API server in the metrics of the server.</summary>
internal sealed class ApiMetrics(ServerMetrics metrics) : IApiObserver
{
    public void Asked(HttpMethod method, HttpStatusCode? status, TimeSpan took) => metrics.Api.Add(method.Method, (int)(status ?? 0), took);
}
