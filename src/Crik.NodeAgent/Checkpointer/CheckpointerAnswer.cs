using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Crik.NodeAgent.Checkpointer;

/// <summary>An answer in the form of the original: JSON for a result, and plain text for an error.</summary>
/// <param name="Body">Empty for an answer that is a status alone.</param>
internal sealed record CheckpointerAnswer(int Status, string Type, string Body)
{
    /// <summary>The texts by which clients of the original tell errors apart.</summary>
    public const string BadPath = "container path in format /{namespace}/{pod}/{container} expected",
        BadIdentifier = "query param checkpointIdentifier empty or malformed", NoPod = "pod does not exist",
        NoContainer = "checkpointer could not find the container", NoAgent = "no Pod to forward the request to", Failed = "checkpointing failed";

    private const string PlainText = "text/plain; charset=utf-8";

    /// <summary>How many seconds a client should wait, or null.</summary>
    public int? RetryAfter { get; init; }

    /// <summary>The methods that the path knows, or null.</summary>
    public string? Allow { get; init; }

    public static CheckpointerAnswer Text(int status, string text) => new(status, PlainText, text + "\n");

    public static CheckpointerAnswer Json<T>(int status, T item, JsonTypeInfo<T> json) =>
        new(status, "application/json", JsonSerializer.Serialize(item, json) + "\n");

    public static CheckpointerAnswer StatusOnly(int status) => new(status, PlainText, "");

    /// <summary>The API server does not answer, or too many requests wait.</summary>
    public static CheckpointerAnswer Later(string text)
    {
        const int Seconds = 5;
        return Text(StatusCodes.Status503ServiceUnavailable, text) with { RetryAfter = Seconds };
    }

    public async Task WriteAsync(HttpContext context)
    {
        byte[] body = Encoding.UTF8.GetBytes(Body);
        HttpResponse response = context.Response;
        response.StatusCode = Status;
        response.ContentLength = body.Length;
        response.Headers.CacheControl = "no-store";
        if (body.Length > 0)
        {
            response.ContentType = Type;
            response.Headers.XContentTypeOptions = "nosniff";
        }

        if (Status == StatusCodes.Status401Unauthorized)
        {
            response.Headers.WWWAuthenticate = "Bearer";
        }

        if (RetryAfter is { } seconds)
        {
            response.Headers.RetryAfter = seconds.ToString(System.Globalization.CultureInfo.InvariantCulture);
        }

        if (Allow is not null)
        {
            response.Headers.Allow = Allow;
        }

        await response.Body.WriteAsync(body, context.RequestAborted);
    }
}
