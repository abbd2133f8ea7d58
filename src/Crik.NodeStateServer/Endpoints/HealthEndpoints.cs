using System.Text;
using Crik.NodeStateServer.State;

namespace Crik.NodeStateServer.Endpoints;

/// <summary>
/// Serves /livez, which fails when only a restart helps, and /readyz, which succeeds when the answers are up to date. /healthz
/// is the name that /livez had before.
/// </summary>
internal sealed class HealthEndpoints(WatchHealth health, Attempts attempts)
{
    private const string Text = "text/plain";

    private static readonly byte[] s_ok = "ok\n"u8.ToArray();

    public Task AliveAsync(HttpContext context) => AnswerAsync(context, attempts.Problem());

    public Task ReadyAsync(HttpContext context) => AnswerAsync(context, health.Problem());

    /// <summary>
    /// The connection is closed with the answer. Otherwise somebody who sends many requests and reads no answer would keep a
    /// place that never becomes idle. A kubelet uses a new connection for each probe.
    /// </summary>
    private static Task AnswerAsync(HttpContext context, string? problem)
    {
        context.Response.Headers.Connection = "close";
        return problem is not null
            ? Answers.WriteAsync(context, StatusCodes.Status503ServiceUnavailable, Text, Encoding.UTF8.GetBytes(problem + "\n"))
            : Answers.WriteAsync(context, StatusCodes.Status200OK, Text, s_ok);
    }
}
