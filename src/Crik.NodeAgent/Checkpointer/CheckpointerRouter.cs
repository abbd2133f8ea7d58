using Crik.Kubernetes.Api;
using Microsoft.AspNetCore.Http.Features;

namespace Crik.NodeAgent.Checkpointer;

/// <summary>
/// Serves the interface of the Checkpointer (github.com/xbaran4/checkpoint-in-k8s) on a port of its own, for clients that were
/// written for it. They need a token in addition. Requests only create and read PodCheckpoints, and none is forwarded.
/// </summary>
internal sealed class CheckpointerRouter(OrderEndpoint order, ResultEndpoint result, ILogger<CheckpointerRouter> log)
{
    private const string Root = "/checkpoint";

    public async Task HandleAsync(HttpContext context)
    {
        CheckpointerAnswer answer;
        try
        {
            answer = await AnswerAsync(context);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            return; // nobody reads the answer, and the checkpoint goes on
        }
        catch (KubernetesException exception) when (exception.Failure is KubernetesFailure.NoAnswer)
        {
            answer = CheckpointerAnswer.Later($"the API server does not answer; try again later: {exception.Message}");
        }
        catch (KubernetesException exception)
        {
            answer = CheckpointerAnswer.Text(StatusCodes.Status500InternalServerError, $"{CheckpointerAnswer.Failed}: {exception.Message}");
        }

        log.CheckpointerAnswered(context.Request.Method, context.Request.Path.Value ?? "", answer.Status);
        await answer.WriteAsync(context);
    }

    /// <summary>The path is taken as the client has sent it: what is unescaped twice can name something else than what was checked.</summary>
    private Task<CheckpointerAnswer> AnswerAsync(HttpContext context)
    {
        string path = (context.Features.Get<IHttpRequestFeature>()?.RawTarget ?? "").Split('?')[0];
        return path == Root ? Only(context, HttpMethods.Get, () => result.AnswerAsync(context))
            : path.StartsWith(Root + "/", StringComparison.Ordinal)
                ? Only(context, HttpMethods.Post, () => order.AnswerAsync(context, path[(Root.Length + 1)..]))
            : Task.FromResult(CheckpointerAnswer.Text(StatusCodes.Status404NotFound, "404 page not found"));
    }

    private static Task<CheckpointerAnswer> Only(HttpContext context, string method, Func<Task<CheckpointerAnswer>> answer) =>
        HttpMethods.Equals(context.Request.Method, method) ? answer()
            : Task.FromResult(CheckpointerAnswer.Text(StatusCodes.Status405MethodNotAllowed, "Method Not Allowed") with { Allow = method });
}
