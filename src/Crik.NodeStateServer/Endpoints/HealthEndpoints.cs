using System.Text;
using Crik.NodeStateServer.State;

namespace Crik.NodeStateServer.Endpoints;

/// <summary>
/// Serves /healthz, which succeeds whenever the process answers, and /readyz, which succeeds when its answers are up to
/// date.
/// </summary>
internal sealed class HealthEndpoints(WatchHealth health)
{
    private const string Text = "text/plain";

    private static readonly byte[] s_ok = "ok\n"u8.ToArray();

    public static Task AliveAsync(HttpContext context) => Answers.WriteAsync(context, StatusCodes.Status200OK, Text, s_ok);

    public Task ReadyAsync(HttpContext context) =>
        health.Problem() is { } problem
            ? Answers.WriteAsync(context, StatusCodes.Status503ServiceUnavailable, Text, Encoding.UTF8.GetBytes(problem + "\n"))
            : Answers.WriteAsync(context, StatusCodes.Status200OK, Text, s_ok);
}
