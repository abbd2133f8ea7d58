using System.Text;
using System.Text.Json.Nodes;
using Crik.Images;
using Crik.Kubernetes.Api;
using Crik.Kubernetes.Resources;
using Crik.NodeAgent.Objects;
using Crik.Pods.Reading;
using Crik.Registry;

namespace Crik.NodeAgent.Images;

/// <summary>Makes images of archives and brings them into registries. An archive is read and sent at the same time, and never copied.</summary>
/// <param name="credentials">Reads the credentials of the agent, which may have been replaced.</param>
internal sealed class CheckpointImages(RegistryClient registries, Func<RegistryCredentials> credentials, KubernetesApi api, ThisNode node, LayerCompression compression)
    : ICheckpointImages
{
    private readonly ResourceClient<JsonObject> _secrets = ResourceClient.OfJson(api, ResourceType.Core("secrets"));

    public async Task<string?> EncryptionProblemAsync(string space, string secret, CancellationToken cancellationToken)
    {
        try
        {
            await EncryptionAsync(space, secret, cancellationToken);
            return null;
        }
        catch (CheckpointImageException problem)
        {
            return problem.Message;
        }
    }

    public async Task<string?> FindAsync(ImageOrder order, CancellationToken cancellationToken)
    {
        try
        {
            RegistryRepository repository = Repository(order.Repository);
            if (await repository.FindManifestAsync(order.Tag, cancellationToken) is not { } stored
                || StoredImage.BlobsOf(stored.Content, order) is not { } blobs)
            {
                return null;
            }

            foreach (string blob in blobs)
            {
                if (!await repository.HasBlobAsync(blob, cancellationToken))
                {
                    return null;
                }
            }

            return $"{order.Repository}@{stored.Digest}";
        }
        catch (RegistryException exception)
        {
            throw new CheckpointImageException(exception.Message, exception);
        }
    }

    public async Task<string> PushAsync(ImageOrder order, Func<Stream> open, CancellationToken cancellationToken)
    {
        try
        {
            CheckpointImage image = await ImageAsync(order, open, cancellationToken);
            RegistryRepository repository = Repository(order.Repository);
            BlobDescriptor layer = await repository.UploadAsync(image.OpenLayer, null, cancellationToken);
            if (image.Layer is not { } facts || facts.Digest != layer.Digest)
            {
                throw new CheckpointImageException($"The layer of {order.Tag} was not sent as it was made. It is sent again.");
            }

            await repository.UploadAsync(image.Configuration(facts), cancellationToken);
            byte[] manifest = image.Manifest(facts);
            string digest = await repository.PushManifestAsync(order.Tag, manifest, CheckpointImage.ManifestMediaType, cancellationToken);
            await VerifyAsync(repository, order, new StoredManifest(manifest, CheckpointImage.ManifestMediaType, digest), cancellationToken);
            return $"{order.Repository}@{digest}";
        }
        catch (Exception exception) when (exception is RegistryException or ImageException or IOException or UnauthorizedAccessException)
        {
            throw new CheckpointImageException(exception.Message, exception);
        }
        catch (KubernetesException exception)
        {
            throw new CheckpointImageException($"The image {order.Tag} cannot be made now: {exception.Message}", exception);
        }
    }

    public async Task DeleteAsync(string repository, string tag, CancellationToken cancellationToken)
    {
        try
        {
            RegistryRepository found = Repository(repository);
            if (await found.FindManifestAsync(tag, cancellationToken) is { } stored)
            {
                await found.DeleteManifestAsync(stored.Digest, cancellationToken);
            }
        }
        catch (RegistryException exception)
        {
            throw new CheckpointImageException(exception.Message, exception) { IsDeletionUnsupported = exception.Failure is RegistryFailure.Unsupported };
        }
    }

    private async Task<CheckpointImage> ImageAsync(ImageOrder order, Func<Stream> open, CancellationToken cancellationToken)
    {
        LayerEncryption? encryption = order.EncryptionSecret is { } secret ? await EncryptionAsync(order.Container.Name.Namespace, secret, cancellationToken) : null;
        (string? version, string? architecture) = await node.ReadAsync(cancellationToken);
        await using Stream stream = open();
        CheckpointArchive archive = await CheckpointArchive.ReadAsync(stream, ArchiveLimits.Default, cancellationToken);
        CheckpointImageOptions options = new() { Compression = compression, Encryption = encryption, RuntimeVersion = version };
        return new CheckpointImage(archive, open, architecture is null ? options : options with { Architecture = architecture });
    }

    /// <summary>Some registries store a manifest of their own making, and drop annotations.</summary>
    private static async Task VerifyAsync(RegistryRepository repository, ImageOrder order, StoredManifest pushed, CancellationToken cancellationToken)
    {
        StoredManifest stored = await repository.FindManifestAsync(order.Tag, cancellationToken)
            ?? throw new CheckpointImageException($"{order.Repository} took the manifest {order.Tag} and does not have it.");
        if (PushedManifest.MissingAnnotations(pushed.Content, stored.Content) is { Count: > 0 } missing)
        {
            throw new CheckpointImageException($"{order.Repository} dropped annotations of the image {order.Tag}, without which no runtime can restore it: "
                + $"{string.Join(", ", missing.Take(3))}. Use another registry.");
        }

        if (stored.Digest != pushed.Digest)
        {
            throw new CheckpointImageException($"{order.Repository} has another manifest with the tag {order.Tag} than the one that was pushed. "
                + "Look whether something else pushes there, or use another registry.");
        }
    }

    private async Task<LayerEncryption> EncryptionAsync(string space, string secret, CancellationToken cancellationToken)
    {
        string name = $"The Secret {space}/{secret}";
        JsonObject found = await FindSecretAsync(space, secret, cancellationToken)
            ?? throw new CheckpointImageException($"{name} for the encryption does not exist, or the agent may not read Secrets. Set nodeAgent.readEncryptionSecrets in the values of the chart.");
        try
        {
            return found.At("data", "tls.crt").Text() is { } encoded ? LayerEncryption.FromCertificate(Encoding.ASCII.GetString(Convert.FromBase64String(encoded)))
                : throw new CheckpointImageException($"{name} for the encryption has no tls.crt. Use a Secret of the type kubernetes.io/tls.");
        }
        catch (Exception exception) when (exception is ImageException or FormatException)
        {
            throw new CheckpointImageException($"{name} cannot be used for the encryption: {exception.Message}", exception);
        }
    }

    private async Task<JsonObject?> FindSecretAsync(string space, string secret, CancellationToken cancellationToken)
    {
        try
        {
            return await _secrets.FindAsync(new ObjectName(space, secret), cancellationToken);
        }
        catch (KubernetesException refusal) when (refusal.Status is System.Net.HttpStatusCode.Forbidden)
        {
            return null;
        }
    }

    private RegistryRepository Repository(string name) => registries.Repository(ImageReference.Parse(name), credentials());
}
