using Crik.Pods;
using Crik.Pods.Reading;
using Crik.Registry;

namespace Crik.Kubectl.Manifests;

/// <summary>Asks the registries of images, with the credentials that the user has for Docker.</summary>
internal sealed class RegistryImages(Func<string, string?> environment)
{
    private static readonly TimeSpan s_longestHelper = TimeSpan.FromMinutes(1);

    private readonly Dictionary<string, ImageConfiguration> _known = [];
    private readonly Lazy<DockerConfiguration> _docker = new(() => DockerConfiguration.Load(environment, new CredentialHelper(s_longestHelper)));

    /// <exception cref="RegistryException">The registry does not tell.</exception>
    public async Task<ImageConfiguration> ReadAsync(string image, CancellationToken cancellationToken)
    {
        if (_known.TryGetValue(image, out ImageConfiguration? known))
        {
            return known;
        }

        ImageReference reference = ImageReference.Parse(image);
        RegistryCredentials credentials = await _docker.Value.ForAsync(reference, cancellationToken);
        using RegistryClient client = new(Options(reference.Registry));
        return _known[image] = await client.ReadConfigurationAsync(reference, Platform.LinuxAmd64, credentials, cancellationToken);
    }

    /// <summary>Reads the annotations in the manifest of an image, and the name that it has for ever.</summary>
    /// <exception cref="RegistryException">The registry does not tell.</exception>
    public async Task<(string Pinned, IReadOnlyDictionary<string, string> Annotations)> ReadAnnotationsAsync(string image, CancellationToken cancellationToken)
    {
        ImageReference reference = ImageReference.Parse(image);
        RegistryCredentials credentials = await _docker.Value.ForAsync(reference, cancellationToken);
        using RegistryClient client = new(Options(reference.Registry));
        StoredManifest manifest = await client.Repository(reference, credentials).FindManifestAsync(reference.Version, cancellationToken)
            ?? throw new KubectlException($"there is no image {image} in its registry");
        return ($"{reference.Registry}/{reference.Repository}@{manifest.Digest}", UntrustedJson.ParseObject(manifest.Content).At("annotations").TextMap());
    }

    /// <summary>The user has named the image, so its registry may be anywhere. Like Docker, this asks a registry on this machine without TLS.</summary>
    private static RegistryOptions Options(string registry)
    {
        bool isLoopback = registry.Split(':')[0] is "localhost" || registry.StartsWith("127.", StringComparison.Ordinal);
        return new RegistryOptions { LocalRegistries = [registry], PlainHttpRegistries = isLoopback ? [registry] : [], Timeout = TimeSpan.FromSeconds(30) };
    }
}
