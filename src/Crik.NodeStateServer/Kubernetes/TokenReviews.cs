using Crik.Kubernetes.Api;
using Crik.Kubernetes.Resources;
using Crik.NodeStateServer.Callers;
using Crik.NodeStateServer.Configuration;

namespace Crik.NodeStateServer.Kubernetes;

/// <summary>
/// Asks the API server whether a caller's token is good. The server's own account needs the right to create
/// tokenreviews.
/// </summary>
internal sealed class TokenReviews(KubernetesApi api, KubernetesJson json, ServerOptions options) : ITokenReviewer
{
    private readonly ResourceClient<TokenReviewDocument> _reviews =
        new(api, new ResourceType("authentication.k8s.io", "v1", "tokenreviews"), json.TokenReviewDocument);

    public async Task<bool> IsGoodAsync(string token, CancellationToken cancellationToken)
    {
        string[]? audiences = options.TokenAudience is { } audience ? [audience] : null;
        TokenReviewDocument question = new() { Spec = new TokenReviewSpecDocument { Token = token, Audiences = audiences } };
        try
        {
            TokenReviewDocument answer = await _reviews.CreateAsync(null, question, cancellationToken);

            // An authenticator that does not support audiences returns none. Then nothing proves that the token is for
            // ours.
            return answer.Status is { Authenticated: true } status
                && (audiences is null || (status.Audiences ?? []).Intersect(audiences, StringComparer.Ordinal).Any());
        }
        catch (KubernetesException exception)
        {
            throw new TokenReviewException(exception.Message, exception);
        }
    }
}
