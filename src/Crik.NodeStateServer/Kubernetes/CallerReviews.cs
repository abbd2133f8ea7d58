using System.Net;
using Crik.Kubernetes.Api;
using Crik.Kubernetes.Resources;
using Crik.NodeStateServer.Callers;
using Crik.NodeStateServer.Configuration;

namespace Crik.NodeStateServer.Kubernetes;

/// <summary>
/// Asks the API server whose token a caller has, and whether that account may ask. The server's own account needs the
/// right to create tokenreviews and subjectaccessreviews.
/// </summary>
internal sealed class CallerReviews(KubernetesApi api, KubernetesJson json, ServerOptions options) : ICallerReviewer
{
    private readonly ResourceClient<TokenReviewDocument> _tokens =
        new(api, new ResourceType("authentication.k8s.io", "v1", "tokenreviews"), json.TokenReviewDocument);

    private readonly ResourceClient<AccessReviewDocument> _access =
        new(api, new ResourceType("authorization.k8s.io", "v1", "subjectaccessreviews"), json.AccessReviewDocument);

    public async Task<CallerVerdict> ReviewAsync(string token, CancellationToken cancellationToken)
    {
        try
        {
            return await OwnerAsync(token, cancellationToken) is not { } owner ? CallerVerdict.Refused
                : options.AccessPath is not { } path || await MayAskAsync(owner, path, cancellationToken) ? CallerVerdict.Allowed
                : CallerVerdict.Forbidden;
        }
        catch (KubernetesException exception)
        {
            string hint = exception.Status is HttpStatusCode.Forbidden
                ? "; the server's account needs the right to create tokenreviews and subjectaccessreviews"
                : "";
            throw new CallerReviewException(exception.Message + hint, exception);
        }
    }

    /// <returns>Null when the token is not good.</returns>
    private async Task<UserDocument?> OwnerAsync(string token, CancellationToken cancellationToken)
    {
        TokenReviewDocument question = new() { Spec = new TokenReviewSpecDocument { Token = token, Audiences = [options.TokenAudience] } };
        TokenReviewDocument answer = await _tokens.CreateAsync(null, question, cancellationToken);

        // An authenticator that does not support audiences returns none. Then nothing proves that the token is for ours.
        return answer.Status is { Authenticated: true } status && (status.Audiences ?? []).Contains(options.TokenAudience, StringComparer.Ordinal)
            ? status.User
            : null;
    }

    private async Task<bool> MayAskAsync(UserDocument owner, string path, CancellationToken cancellationToken)
    {
        AccessReviewDocument question = new()
        {
            Spec = new AccessReviewSpecDocument
            {
                User = owner.Username,
                Uid = owner.Uid,
                Groups = owner.Groups,
                Extra = owner.Extra,
                NonResourceAttributes = new NonResourceAttributesDocument { Path = path, Verb = "get" },
            },
        };
        AccessReviewDocument answer = await _access.CreateAsync(null, question, cancellationToken);
        return answer.Status is { Allowed: true };
    }
}
