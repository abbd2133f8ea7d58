using Crik.Hosting;
using Crik.Operator.Certificates;
using Microsoft.AspNetCore.Http.Features;

namespace Crik.Operator.Serving;

/// <summary>Finds the answer to each request.</summary>
internal sealed class Router(InjectEndpoint inject, ServedCertificate certificate, OperatorMetrics metrics, Stopping stopping)
{
    public Task HandleAsync(HttpContext context)
    {
        Port port = context.Features.GetRequiredFeature<PortFeature>().Port;
        return (port, context.Request.Path.Value) switch
        {
            (Port.Webhook, "/inject") => inject.HandleAsync(context),
            (Port.Metrics, "/metrics") => PlainAnswer.WriteAsync(context, StatusCodes.Status200OK, PrometheusText.ContentType, metrics.Text()),
            (Port.Health, "/livez" or "/healthz") => PlainAnswer.WriteAsync(context, StatusCodes.Status200OK, "text/plain", "ok\n"),
            (Port.Health, "/readyz") => Ready(context),
            _ => PlainAnswer.WriteAsync(context, StatusCodes.Status404NotFound, "text/plain", $"this port does not serve the path {context.Request.Path}\n"),
        };
    }

    private Task Ready(HttpContext context) => (stopping.HasBegun ? "the server is shutting down" : certificate.Problem()) is { } problem
        ? PlainAnswer.WriteAsync(context, StatusCodes.Status503ServiceUnavailable, "text/plain", problem + "\n")
        : PlainAnswer.WriteAsync(context, StatusCodes.Status200OK, "text/plain", "ok\n");
}
