using System.Net;
using System.Net.Http.Headers;
using System.Text;

namespace Crik.Registry;

/// <summary>
/// The requests for one image with one credential. It answers the challenges of registries, and follows redirects. The
/// credential goes only to the registry of the image and to the token server that this registry names.
/// </summary>
/// <param name="actions">What the session asks token servers for: `pull`, `push`.</param>
internal sealed class RegistrySession(
    Connector connector, RegistryOptions options, ImageReference image, RegistryCredential? credential, params IReadOnlyList<string> actions)
{
    private const int MostRedirects = 5;

    /// <summary>The value of the header Authorization for each scheme, host and port.</summary>
    private readonly Dictionary<string, AuthenticationHeaderValue> _authorizations = [];

    private readonly Uri _registry = new($"{(options.AllowsPlainHttp(image.Registry) ? "http" : "https")}://{HostOf(image)}/");

    /// <param name="path">Below `/v2/REPOSITORY/`.</param>
    public Uri AddressOf(string path) => new(_registry, $"v2/{image.Repository}/{path}");

    /// <inheritdoc cref="AddressOf"/>
    /// <inheritdoc cref="SendAsync(SessionRequest, CancellationToken)"/>
    public Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, IReadOnlyList<string> accepted, CancellationToken cancellationToken) =>
        SendAsync(new SessionRequest(method, AddressOf(path)) { Accepted = accepted }, cancellationToken);

    /// <exception cref="RegistryException"/>
    /// <exception cref="HttpRequestException"/>
    public async Task<HttpResponseMessage> SendAsync(SessionRequest request, CancellationToken cancellationToken)
    {
        Uri target = request.Target;
        if (Place(target) != Place(_registry))
        {
            RequireAllowed(_registry, target);
        }

        bool wasChallenged = false;
        for (int redirects = 0; ;)
        {
            using HttpRequestMessage message = request.Message(target, _authorizations.GetValueOrDefault(Place(target)));
            HttpResponseMessage response = await connector.SendAsync(message, cancellationToken);
            if (response.StatusCode is HttpStatusCode.Unauthorized && !wasChallenged)
            {
                wasChallenged = true;
                using (response)
                {
                    await AuthorizeAsync(target, response, cancellationToken);
                }
            }
            else if (RedirectOf(request, response, target) is { } next)
            {
                response.Dispose();
                RequireAllowed(target, next, ++redirects <= MostRedirects);
                target = next;
                wasChallenged &= _authorizations.ContainsKey(Place(next));
            }
            else
            {
                return response;
            }
        }
    }

    /// <summary>Docker Hub's registry has another name than its images.</summary>
    private static string HostOf(ImageReference image) => image.Registry is "docker.io" ? "registry-1.docker.io" : image.Registry;

    private static string Place(Uri target) => target.GetLeftPart(UriPartial.Authority);

    private bool IsAllowed(Uri target) => target.Scheme is "https" || (target.Scheme is "http" && options.AllowsPlainHttp(target.Authority));

    private void RequireAllowed(Uri from, Uri next, bool isAllowed = true)
    {
        if (!isAllowed || !IsAllowed(next))
        {
            throw new RegistryException(
                RegistryFailure.NotAllowed, $"{from.Authority} sends the client on to {next.Scheme}://{next.Authority}, which it does not follow");
        }
    }

    /// <summary>The older redirects turn what changes something into GET, so they are followed for reading only.</summary>
    private static Uri? RedirectOf(SessionRequest request, HttpResponseMessage response, Uri target)
    {
        bool isRedirect = response.StatusCode is HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect
            || (request.IsReading && response.StatusCode is HttpStatusCode.MovedPermanently or HttpStatusCode.Found or HttpStatusCode.SeeOther);
        return isRedirect && response.Headers.Location is { } location && Uri.TryCreate(target, location, out Uri? next) ? next : null;
    }

    private async Task AuthorizeAsync(Uri target, HttpResponseMessage response, CancellationToken cancellationToken)
    {
        IReadOnlyList<Challenge> challenges = Challenge.Parse(response.Headers.TryGetValues("WWW-Authenticate", out IEnumerable<string>? headers) ? headers : []);
        RegistryCredential? own = Place(target) == Place(_registry) ? credential : null;
        if (challenges.FirstOrDefault(challenge => challenge.Scheme is "bearer") is { } bearer)
        {
            _authorizations[Place(target)] = new AuthenticationHeaderValue("Bearer", await TokenAsync(target, bearer, own, cancellationToken));
        }
        else if (challenges.Any(challenge => challenge.Scheme is "basic") && own is not null)
        {
            _authorizations[Place(target)] = Basic(own);
        }
        else
        {
            throw new RegistryException(RegistryFailure.NotAuthorized, $"{target.Authority} wants a credential, and there is none for it");
        }
    }

    private async Task<string> TokenAsync(Uri target, Challenge challenge, RegistryCredential? own, CancellationToken cancellationToken)
    {
        if (!Uri.TryCreate(challenge.Parameters.GetValueOrDefault("realm"), UriKind.Absolute, out Uri? realm) || !(IsAllowed(realm) || IsSamePlain(target, realm)))
        {
            throw new RegistryException(RegistryFailure.BadAnswer, $"{target.Authority} names no token server with an https address");
        }

        using HttpRequestMessage request = TokenRequest.For(realm, challenge, TokenScope.Of(challenge, image.Repository, actions), own);
        using HttpResponseMessage response = await connector.SendAsync(request, cancellationToken);
        if (!response.IsSuccessStatusCode)
        {
            throw RegistryAnswer.Refusal(response.StatusCode, realm.Authority);
        }

        return await TokenRequest.ReadAsync(response, realm, cancellationToken);
    }

    /// <summary>A registry without TLS may have its token server at the same address.</summary>
    private static bool IsSamePlain(Uri target, Uri realm) => realm.Scheme is "http" && Place(target) == Place(realm);

    internal static AuthenticationHeaderValue Basic(RegistryCredential credential) =>
        new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{credential.User}:{credential.Password}")));
}
