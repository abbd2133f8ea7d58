using Crik.Hosting;
using Crik.NodeAgent.Checkpointer;
using Crik.NodeAgent.Configuration;
using Crik.NodeAgent.Work;

namespace Crik.NodeAgent.Serving;

/// <summary>Finds the answer to each request, by the port at which it arrives.</summary>
internal sealed class Router(AgentOptions options, AgentMetrics metrics, CheckpointQueues queues, CheckpointerRouter checkpointer)
{
    public Task HandleAsync(HttpContext context) =>
        options.CheckpointerPort > 0 && context.Connection.LocalPort == options.CheckpointerPort ? checkpointer.HandleAsync(context) : AnswerAsync(context);

    private Task AnswerAsync(HttpContext context) => (context.Connection.LocalPort == options.MetricsPort, context.Request.Path.Value) switch
    {
        (true, "/metrics") => PlainAnswer.WriteAsync(context, StatusCodes.Status200OK, PrometheusText.ContentType, metrics.Text()),
        (false, "/livez" or "/healthz") => PlainAnswer.WriteAsync(context, StatusCodes.Status200OK, "text/plain", "ok\n"),
        (false, "/readyz") when queues.IsReady => PlainAnswer.WriteAsync(context, StatusCodes.Status200OK, "text/plain", "ok\n"),
        (false, "/readyz") => PlainAnswer.WriteAsync(
            context, StatusCodes.Status503ServiceUnavailable, "text/plain", "the PodCheckpoints have not been listed yet; is the CRD installed?\n"),
        _ => PlainAnswer.WriteAsync(context, StatusCodes.Status404NotFound, "text/plain", $"this port does not serve the path {context.Request.Path}\n"),
    };
}
