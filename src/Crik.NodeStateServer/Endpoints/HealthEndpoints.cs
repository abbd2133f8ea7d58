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

    private static Task AnswerAsync(HttpContext context, string? problem) =>
        problem is not null
            ? Answers.WriteAsync(context, StatusCodes.Status503ServiceUnavailable, Text, Encoding.UTF8.GetBytes(problem + "\n"))
            : Answers.WriteAsync(context, StatusCodes.Status200OK, Text, s_ok);
}
