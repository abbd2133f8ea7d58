using System.Net.Http.Headers;
using System.Text.Json;
using Crik.Kubernetes.Api;
using Crik.NodeStateServer.Callers;
using Crik.NodeStateServer.Configuration;

namespace Crik.NodeStateServer.Kubernetes;

/// <summary>
/// Asks the API server whether a caller's token is good. The server's own account needs the right to create
/// tokenreviews.
/// </summary>
internal sealed class TokenReviews(KubernetesApi api, KubernetesJson json, ServerOptions options) : ITokenReviewer
{
    public async Task<bool> IsGoodAsync(string token, CancellationToken cancellationToken)
    {
        string[]? audiences = options.TokenAudience is { } audience ? [audience] : null;
        TokenReviewDocument question = new() { Spec = new TokenReviewSpecDocument { Token = token, Audiences = audiences } };
        using ByteArrayContent body = new(JsonSerializer.SerializeToUtf8Bytes(question, json.TokenReviewDocument));
        body.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        try
        {
            using HttpResponseMessage response =
                await api.SendAsync(HttpMethod.Post, "/apis/authentication.k8s.io/v1/tokenreviews", body, cancellationToken);
            await using Stream stream = await response.Content.ReadAsStreamAsync(cancellationToken);
            TokenReviewDocument? answer = await JsonSerializer.DeserializeAsync(stream, json.TokenReviewDocument, cancellationToken);

            // An authenticator that does not support audiences returns none. Then nothing proves that the token is for
            // ours.
            return answer?.Status is { Authenticated: true } status
                && (audiences is null || (status.Audiences ?? []).Intersect(audiences, StringComparer.Ordinal).Any());
        }
        catch (Exception exception) when (exception is KubernetesException or JsonException or IOException or HttpRequestException)
        {
            throw new TokenReviewException(exception.Message, exception);
        }
    }
}
