using System.Text;
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
            (Port.Metrics, "/metrics") => AnswerAsync(context, StatusCodes.Status200OK, PrometheusText.ContentType, metrics.Text()),
            (Port.Health, "/livez" or "/healthz") => AnswerAsync(context, StatusCodes.Status200OK, "text/plain", "ok\n"),
            (Port.Health, "/readyz") => Ready(context),
            _ => AnswerAsync(context, StatusCodes.Status404NotFound, "text/plain", $"this port does not serve the path {context.Request.Path}\n"),
        };
    }

    private Task Ready(HttpContext context) => (stopping.HasBegun ? "the server is shutting down" : certificate.Problem()) is { } problem
        ? AnswerAsync(context, StatusCodes.Status503ServiceUnavailable, "text/plain", problem + "\n")
        : AnswerAsync(context, StatusCodes.Status200OK, "text/plain", "ok\n");

    private static Task AnswerAsync(HttpContext context, int status, string type, string text)
    {
        byte[] body = Encoding.UTF8.GetBytes(text);
        context.Response.StatusCode = status;
        context.Response.ContentType = type;
        context.Response.ContentLength = body.Length;
        return context.Response.Body.WriteAsync(body, context.RequestAborted).AsTask();
    }
}
