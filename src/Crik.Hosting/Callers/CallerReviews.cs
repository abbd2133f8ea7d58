using System.Net;
using Crik.Kubernetes.Api;
using Crik.Kubernetes.Resources;

namespace Crik.Hosting.Callers;

/// <summary>
/// Asks the API server whose token a caller has, and whether that account has the rights. The server's own account needs the
/// right to create tokenreviews and subjectaccessreviews.
/// </summary>
/// <param name="audience">The audience that a token must have.</param>
public sealed class CallerReviews(KubernetesApi api, string audience) : ICallerReviewer
{
    private readonly ResourceClient<TokenReviewDocument> _tokens =
        new(api, new ResourceType("authentication.k8s.io", "v1", "tokenreviews"), CallerJson.Default.TokenReviewDocument);

    private readonly ResourceClient<AccessReviewDocument> _access =
        new(api, new ResourceType("authorization.k8s.io", "v1", "subjectaccessreviews"), CallerJson.Default.AccessReviewDocument);

    public async Task<CallerVerdict> ReviewAsync(string token, IReadOnlyList<CallerAccess> wanted, CancellationToken cancellationToken)
    {
        try
        {
            return await OwnerAsync(token, cancellationToken) is not { } owner ? CallerVerdict.Refused
                : await HasAllAsync(owner, wanted, cancellationToken) ? CallerVerdict.Allowed
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
        TokenReviewDocument question = new() { Spec = new TokenReviewSpecDocument { Token = token, Audiences = [audience] } };
        TokenReviewDocument answer = await _tokens.CreateAsync(null, question, cancellationToken);

        // An authenticator that does not support audiences returns none. Then nothing proves that the token is for ours.
        return answer.Status is { Authenticated: true } status && (status.Audiences ?? []).Contains(audience, StringComparer.Ordinal)
            ? status.User
            : null;
    }

    private async Task<bool> HasAllAsync(UserDocument owner, IReadOnlyList<CallerAccess> wanted, CancellationToken cancellationToken)
    {
        foreach (CallerAccess access in wanted)
        {
            AccessReviewDocument answer = await _access.CreateAsync(null, Question(owner, access), cancellationToken);
            if (answer.Status is not { Allowed: true })
            {
                return false;
            }
        }

        return true;
    }

    private static AccessReviewDocument Question(UserDocument owner, CallerAccess access) => new()
    {
        Spec = new AccessReviewSpecDocument
        {
            User = owner.Username,
            Uid = owner.Uid,
            Groups = owner.Groups,
            Extra = owner.Extra,
            NonResourceAttributes = access is CallerAccess.ToPath path ? new NonResourceAttributesDocument { Path = path.Path, Verb = path.Verb } : null,
            ResourceAttributes = access is CallerAccess.ToObjects objects
                ? new ResourceAttributesDocument { Namespace = objects.Namespace, Verb = objects.Verb, Group = objects.Group, Resource = objects.Resource }
                : null,
        },
    };
}
