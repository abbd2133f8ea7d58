using Crik.Hosting;
using Crik.Operator.Admission;
using Crik.Pods.Reading;

namespace Crik.Operator.Serving;

/// <summary>Serves POST /inject, which the API server calls for each new pod.</summary>
internal sealed class InjectEndpoint(AdmissionHandler handler, AdmissionMetrics metrics, TimeProvider time, ILogger<InjectEndpoint> log)
{
    /// <summary>The API server takes objects of up to 3 MiB (MaxRequestBodyBytes). A review has one of them, and a little more.</summary>
    public const int LargestBody = 4 << 20;

    public async Task HandleAsync(HttpContext context)
    {
        long began = time.GetTimestamp();
        if (!HttpMethods.IsPost(context.Request.Method))
        {
            context.Response.Headers.Allow = HttpMethods.Post;
            await RefuseAsync(context, StatusCodes.Status405MethodNotAllowed, "Only POST is answered here.");
            return;
        }

        if (await ReadAsync(context.Request, context.RequestAborted) is not { } body)
        {
            await RefuseAsync(context, StatusCodes.Status413PayloadTooLarge, $"The body has more than {LargestBody >> 20} MiB.");
            return;
        }

        if (AdmissionReview.Read(body, out string id, out AdmissionRequest? request) is { } problem)
        {
            await RefuseAsync(context, StatusCodes.Status400BadRequest, problem);
            return;
        }

        AdmissionResponse response = request is null ? AdmissionResponse.Unchanged(id, AdmissionOutcome.NotAskedFor)
            : await handler.HandleAsync(request, context.RequestAborted);
        metrics.Count(response, time.GetElapsedTime(began));
        log.Answered(request?.Namespace ?? "", response.Outcome.ToString(), response.SkipReason ?? "");
        if (response.NotRestored is { } reason)
        {
            log.NotRestored(request?.Namespace ?? "", NameOf(request), reason);
        }

        await PlainAnswer.WriteAsync(context, StatusCodes.Status200OK, "application/json", AdmissionReview.ToJson(response).ToJsonString());
    }

    /// <summary>A controller lets the API server choose the name, which comes after the webhook.</summary>
    private static string NameOf(AdmissionRequest? request) =>
        request?.Pod.At("metadata", "name").Text() ?? (request?.Pod.At("metadata", "generateName").Text() ?? "") + "*";

    private Task RefuseAsync(HttpContext context, int status, string problem)
    {
        metrics.CountRefused();
        return PlainAnswer.WriteAsync(context, status, "text/plain", problem + "\n");
    }

    /// <returns>Null if the body is too large.</returns>
    private static async Task<byte[]?> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (request.ContentLength > LargestBody)
        {
            return null;
        }

        using MemoryStream body = new();
        byte[] buffer = new byte[16 << 10];
        while (await request.Body.ReadAsync(buffer, cancellationToken) is > 0 and var count)
        {
            body.Write(buffer, 0, count);
            if (body.Length > LargestBody)
            {
                return null;
            }
        }

        return body.ToArray();
    }
}
