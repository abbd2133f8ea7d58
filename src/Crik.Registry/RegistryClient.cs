using System.Security.Cryptography;
using Crik.Registry.Pushing;

namespace Crik.Registry;

/// <summary>
/// Asks registries for the configuration of images, and pushes to their repositories (OCI distribution-spec). Every content
/// is compared with its digest.
/// </summary>
public sealed class RegistryClient : IDisposable
{
    private static readonly RegistryCredential?[] s_anonymous = [null];

    private readonly RegistryOptions _options;
    private readonly Connector _connector;
    private readonly ConfigurationCache _cache = new();

    /// <exception cref="CryptographicException">The authorities of the options are no certificates.</exception>
    public RegistryClient(RegistryOptions? options = null)
    {
        _options = options ?? new RegistryOptions();
        _connector = new Connector(_options);
    }

    /// <summary>Reads the configuration of the image for a platform.</summary>
    /// <param name="credentials">Each that fits the image is tried in turn, as the kubelet does it.</param>
    /// <exception cref="RegistryException">The configuration cannot be read; the message names the image.</exception>
    public async Task<ImageConfiguration> ReadConfigurationAsync(
        ImageReference image, Platform platform, RegistryCredentials credentials, CancellationToken cancellationToken)
    {
        RegistryException? refused = null;
        using CancellationTokenSource timeout = new(_options.Timeout, _options.Time);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        foreach (RegistryCredential? credential in Fitting(image, credentials))
        {
            try
            {
                ImageReader reader = new(new RegistrySession(_connector, _options, image, credential, "pull"), image, platform);
                return await reader.ReadAsync(_cache, either.Token);
            }
            catch (RegistryException exception) when (exception.Failure is RegistryFailure.NotAuthorized)
            {
                refused = exception;
            }
            catch (RegistryException exception)
            {
                throw Named(image, exception);
            }
            catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
            {
                throw Named(image, new RegistryException(RegistryFailure.NoAnswer, $"{image.Registry} does not answer within {_options.Timeout.TotalSeconds:0.#} s", exception));
            }
            catch (Exception exception) when (ConnectionTrouble.Is(exception))
            {
                throw Named(image, ConnectionTrouble.Translate(image.Registry, exception));
            }
        }

        throw Named(image, refused!);
    }

    /// <summary>The repository of an image, to read, push and delete there. Its tag and digest do not matter.</summary>
    /// <param name="credentials">Each that fits the repository is tried in turn.</param>
    public RegistryRepository Repository(ImageReference image, RegistryCredentials credentials)
    {
        IEnumerable<RegistrySession> sessions = Fitting(image, credentials)
            .Select(credential => new RegistrySession(_connector, _options, image, credential, "pull", "push"));
        return new RegistryRepository($"{image.Registry}/{image.Repository}", new RepositoryRequests(_options, image.Registry, [.. sessions]), _options);
    }

    public void Dispose() => _connector.Dispose();

    private static RegistryCredential?[] Fitting(ImageReference image, RegistryCredentials credentials) =>
        credentials.For(image) is { Count: > 0 } fitting ? [.. fitting] : s_anonymous;

    private static RegistryException Named(ImageReference image, RegistryException exception) =>
        new(exception.Failure, $"The image {image} cannot be read: {exception.Message}. {Advice(exception.Failure)}", exception);

    private static string Advice(RegistryFailure failure) => failure switch
    {
        RegistryFailure.NotAllowed => "Name the registry among those that may be local or without TLS, if that is wanted.",
        RegistryFailure.NotTrusted => "Give the client the certificate of the authority that signed it.",
        RegistryFailure.NotAuthorized => "Give the pod a pull secret for it.",
        RegistryFailure.NotFound => "Check its name and tag; some registries say this also of images that the credential may not read.",
        RegistryFailure.NoSuchPlatform => "Use an image for this platform.",
        RegistryFailure.BadAnswer => "Write the command into the pod, so that nobody has to ask.",
        _ => "Try again later, or write the command into the pod.",
    };
}
