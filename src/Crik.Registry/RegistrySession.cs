using System.Net;
using System.Net.Http.Headers;
using System.Text;

namespace Crik.Registry;

/// <summary>
/// The requests for one image with one credential. It answers the challenges of registries, and follows redirects. The
/// credential goes only to the registry of the image and to the token server that this registry names.
/// </summary>
internal sealed class RegistrySession(Connector connector, RegistryOptions options, ImageReference image, RegistryCredential? credential)
{
    private const int MostRedirects = 5;

    /// <summary>The value of the header Authorization for each scheme, host and port.</summary>
    private readonly Dictionary<string, AuthenticationHeaderValue> _authorizations = [];

    private readonly Uri _registry = new($"{(options.AllowsPlainHttp(image.Registry) ? "http" : "https")}://{HostOf(image)}/");

    /// <param name="path">Below `/v2/REPOSITORY/`.</param>
    /// <exception cref="RegistryException"/>
    /// <exception cref="HttpRequestException"/>
    public async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, IReadOnlyList<string> accepted, CancellationToken cancellationToken)
    {
        Uri target = new(_registry, $"v2/{image.Repository}/{path}");
        bool wasChallenged = false;
        for (int redirects = 0; ;)
        {
            HttpResponseMessage response = await connector.SendAsync(Request(method, target, accepted), cancellationToken);
            if (response.StatusCode is HttpStatusCode.Unauthorized && !wasChallenged)
            {
                wasChallenged = true;
                using (response)
                {
                    await AuthorizeAsync(target, response, cancellationToken);
                }
            }
            else if (RedirectOf(response, target) is { } next)
            {
                response.Dispose();
                target = ++redirects <= MostRedirects && IsAllowed(next) ? next
                    : throw new RegistryException(RegistryFailure.NotAllowed, $"{target.Authority} sends the client on to {next.Scheme}://{next.Authority}, which it does not follow");
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

    private HttpRequestMessage Request(HttpMethod method, Uri target, IReadOnlyList<string> accepted)
    {
        HttpRequestMessage request = new(method, target) { Headers = { Authorization = _authorizations.GetValueOrDefault(Place(target)) } };
        request.Headers.UserAgent.ParseAdd("crik");
        foreach (string type in accepted)
        {
            request.Headers.Accept.ParseAdd(type);
        }

        return request;
    }

    private static Uri? RedirectOf(HttpResponseMessage response, Uri target) =>
        response.StatusCode is (HttpStatusCode.MovedPermanently or HttpStatusCode.Found or HttpStatusCode.SeeOther or HttpStatusCode.TemporaryRedirect
            or HttpStatusCode.PermanentRedirect) && response.Headers.Location is { } location && Uri.TryCreate(target, location, out Uri? next) ? next : null;

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

        using HttpRequestMessage request = TokenRequest.For(realm, challenge, image.Repository, own);
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
