using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Crik.Registry;

/// <summary>Goes from the name of an image to its configuration: index, manifest, configuration.</summary>
internal sealed class ImageReader(RegistrySession session, ImageReference image, Platform platform)
{
    private const int LargestConfiguration = 8 << 20;

    public async Task<ImageConfiguration> ReadAsync(ConfigurationCache cache, CancellationToken cancellationToken)
    {
        // HEAD says whether the credential may read the image, and Docker Hub does not count it as a pull.
        if (await DigestNowAsync(cancellationToken) is { } digest && cache.TryGet(ConfigurationCache.KeyOf(image, digest, platform), out ImageConfiguration? known))
        {
            return known;
        }

        (ManifestDocument manifest, string top) = await ManifestAsync(image.Version, ManifestTypes.Accepted, cancellationToken);
        string own = top;
        if (ManifestTypes.IsIndex(manifest) is true)
        {
            (manifest, own) = await ManifestAsync(Choose(manifest), ManifestTypes.AcceptedManifests, cancellationToken);
        }

        if (ManifestTypes.IsIndex(manifest) is not false)
        {
            throw Bad("its manifest is neither a manifest nor an index of OCI or Docker's schema 2");
        }

        ImageConfiguration configuration = await ConfigurationAsync(manifest.Config!, own, cancellationToken);
        cache.Add(ConfigurationCache.KeyOf(image, top, platform), configuration);
        return configuration;
    }

    private static RegistryException Bad(string what, Exception? inner = null) => new(RegistryFailure.BadAnswer, what, inner);

    private async Task<string?> DigestNowAsync(CancellationToken cancellationToken)
    {
        using HttpResponseMessage response = await session.SendAsync(HttpMethod.Head, $"manifests/{image.Version}", ManifestTypes.Accepted, cancellationToken);
        return response.IsSuccessStatusCode ? RegistryAnswer.DigestOf(response) : null; // some registries do not know HEAD; GET says what is wrong
    }

    /// <returns>The document and its digest.</returns>
    private async Task<(ManifestDocument Document, string Digest)> ManifestAsync(string version, IReadOnlyList<string> accepted, CancellationToken cancellationToken)
    {
        using HttpResponseMessage response = await session.SendAsync(HttpMethod.Get, $"manifests/{version}", accepted, cancellationToken);
        Check(response);
        byte[] content = await RegistryAnswer.ReadAsync(response, ManifestTypes.LargestManifest, "the registry, as a manifest,", cancellationToken);
        string? claimed = ContentDigest.TryParse(version, out _) ? version : RegistryAnswer.DigestOf(response);
        ContentDigest.Verify(claimed, content, "its manifest");
        ManifestDocument document = Read(content, RegistryJson.Default.ManifestDocument, "manifest");
        return document.SchemaVersion is 2 ? (document, claimed ?? ContentDigest.Sha256Of(content))
            : throw Bad($"its manifest has the schema version {document.SchemaVersion}, and only 2 is known. Push the image again with a newer program");
    }

    private string Choose(ManifestDocument index)
    {
        List<DescriptorDocument> all = [.. index.Manifests!.OfType<DescriptorDocument>()];
        DescriptorDocument? chosen = all.Find(manifest => manifest.Platform?.Is(platform) is true);
        if (chosen is null)
        {
            IEnumerable<string> there = all.Select(manifest => $"{manifest.Platform}").Where(text => text.Length > 0 && !text.StartsWith("unknown", StringComparison.Ordinal)).Distinct().Take(20);
            throw new RegistryException(RegistryFailure.NoSuchPlatform, $"it is there for {string.Join(", ", there)}, and not for {platform}");
        }

        return ContentDigest.TryParse(chosen.Digest, out ContentDigest? digest) ? digest.ToString() : throw Bad("its index names a manifest without a digest");
    }

    private async Task<ImageConfiguration> ConfigurationAsync(DescriptorDocument descriptor, string manifestDigest, CancellationToken cancellationToken)
    {
        if (!ManifestTypes.IsConfiguration(descriptor.MediaType))
        {
            throw Bad("it is not an image that a container can be made of");
        }

        if (!ContentDigest.TryParse(descriptor.Digest, out ContentDigest? digest))
        {
            throw Bad("its manifest names a configuration without a digest");
        }

        using HttpResponseMessage response = await session.SendAsync(HttpMethod.Get, $"blobs/{digest}", [], cancellationToken);
        Check(response);
        byte[] content = await RegistryAnswer.ReadAsync(response, LargestConfiguration, "the registry, as a configuration,", cancellationToken);
        ContentDigest.Verify(digest.ToString(), content, "its configuration");
        ImageConfigDocument? config = Read(content, RegistryJson.Default.ImageConfigurationDocument, "configuration").Config;
        return new ImageConfiguration(manifestDigest, Words(config?.Entrypoint), Words(config?.Command), config?.User is { Length: > 0 } user ? user : null);
    }

    private static void Check(HttpResponseMessage response)
    {
        if (!response.IsSuccessStatusCode)
        {
            throw RegistryAnswer.Refusal(response.StatusCode, response.RequestMessage!.RequestUri!.Authority);
        }
    }

    private static T Read<T>(byte[] content, JsonTypeInfo<T> type, string what)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(content, type) ?? throw Bad($"its {what} is empty");
        }
        catch (JsonException exception)
        {
            throw Bad($"its {what} cannot be understood: {exception.Message}", exception);
        }
    }

    private static string[] Words(IReadOnlyList<string?>? words) => [.. (words ?? []).OfType<string>()];
}
