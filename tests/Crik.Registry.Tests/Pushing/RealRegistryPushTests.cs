using System.Text;

namespace Crik.Registry.Tests.Pushing;

/// <summary>Pushes to Docker's own registry, with TLS of a private authority.</summary>
public sealed class RealRegistryPushTests : IDisposable
{
    private const string Type = "application/vnd.oci.image.manifest.v1+json";
    private const long Size = 100 << 20;

    private static readonly BlobDescriptor s_blob = RepeatedStream.Described(Size);

    private readonly TestAuthority _authority = new();

    [RealRegistryFact]
    public async Task An_image_is_pushed_read_back_and_deleted_with_a_password()
    {
        using RealRegistry registry = new(_authority) { AllowsDeletion = true };
        registry.StartWithPassword();
        using RegistryClient client = Client(registry.Host);

        await PushReadAndDeleteAsync(Repository(client, registry.Host, "secret"));

        RegistryRepository refused = Repository(client, registry.Host, "wrong");
        RegistryException exception = await Assert.ThrowsAsync<RegistryException>(() => refused.UploadAsync([1, 2, 3], default));
        Assert.Equal(RegistryFailure.NotAuthorized, exception.Failure);
    }

    [RealRegistryFact]
    public async Task An_image_is_pushed_read_back_and_deleted_with_tokens()
    {
        using TokenServer tokens = new();
        using RealRegistry registry = new(_authority) { AllowsDeletion = true };
        registry.StartWithTokens(tokens);
        using RegistryClient client = Client(registry.Host, tokens.Host);

        await PushReadAndDeleteAsync(Repository(client, registry.Host, "secret"));

        RegistryException exception = await Assert.ThrowsAsync<RegistryException>(
            () => client.Repository(ImageReference.Parse($"{registry.Host}/public/app"), RegistryCredentials.None).UploadAsync([1, 2, 3], default));
        Assert.Equal(RegistryFailure.NotAuthorized, exception.Failure);
    }

    [RealRegistryFact]
    public async Task A_push_survives_connections_that_break_and_a_registry_that_restarts()
    {
        using RealRegistry registry = new(_authority);
        registry.StartWithPassword();
        using CuttingProxy proxy = new(registry.Port, 3_000_000, 20_000_000, 30_000_000);
        using RegistryClient client = Client(proxy.Host);
        RegistryRepository repository = Repository(client, proxy.Host, "secret");
        StoredBytes progress = new();
        bool wasRestarted = false;

        BlobDescriptor blob = await repository.UploadAsync(() => new RepeatedStream(Size), new Restart(registry, progress, () => wasRestarted = true), default);

        Assert.Equal(s_blob, blob);
        Assert.True(await repository.HasBlobAsync(blob.Digest, default));
        Assert.Equal((0, true), (proxy.Left, wasRestarted));
    }

    [RealRegistryFact]
    public async Task A_registry_that_deletes_nothing_says_so()
    {
        using RealRegistry registry = new(_authority);
        registry.Start("");
        using RegistryClient client = Client(registry.Host);
        RegistryRepository repository = Repository(client, registry.Host, "unused");
        string digest = await PushAsync(repository, await repository.UploadAsync([1, 2, 3], default));

        RegistryException exception = await Assert.ThrowsAsync<RegistryException>(() => repository.DeleteManifestAsync(digest, default));

        Assert.Equal(RegistryFailure.Unsupported, exception.Failure);
    }

    public void Dispose() => _authority.Dispose();

    private RegistryClient Client(params string[] hosts) =>
        new(new RegistryOptions { Authorities = _authority.Pem, LocalRegistries = hosts, PlainHttpRegistries = hosts[1..] });

    private static RegistryRepository Repository(RegistryClient client, string host, string password) =>
        client.Repository(ImageReference.Parse($"{host}/team/app"), RealRegistry.Secret(host, password));

    private static async Task PushReadAndDeleteAsync(RegistryRepository repository)
    {
        Assert.Equal(s_blob, await repository.UploadAsync(() => new RepeatedStream(Size), null, default));
        Assert.True(await repository.HasBlobAsync(s_blob.Digest, default));
        byte[] content = await repository.ReadBlobAsync(s_blob.Digest, (int)Size, default);
        Assert.Equal(s_blob.Digest, ContentDigest.Sha256Of(content));

        string digest = await PushAsync(repository, s_blob);
        StoredManifest? found = await repository.FindManifestAsync("v1", default);
        Assert.Equal((digest, Type), (found!.Digest, found.MediaType));

        Assert.True(await repository.DeleteManifestAsync(digest, default));
        Assert.Null(await repository.FindManifestAsync(digest, default));
        Assert.False(await repository.DeleteManifestAsync(digest, default));
    }

    private static async Task<string> PushAsync(RegistryRepository repository, BlobDescriptor layer)
    {
        BlobDescriptor config = await repository.UploadAsync("{}"u8.ToArray(), default);
        byte[] manifest = Encoding.UTF8.GetBytes($$$"""
            {"schemaVersion":2,"mediaType":"{{{Type}}}","annotations":{"org.criu.checkpoint.container.name":"c"},
            "config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"{{{config.Digest}}}","size":{{{config.Size}}}},
            "layers":[{"mediaType":"application/vnd.oci.image.layer.v1.tar","digest":"{{{layer.Digest}}}","size":{{{layer.Size}}}}]}
            """);
        string digest = await repository.PushManifestAsync("v1", manifest, Type, default);
        Assert.Empty(PushedManifest.MissingAnnotations(manifest, (await repository.FindManifestAsync("v1", default))!.Content));
        return digest;
    }

    /// <summary>Restarts the registry when half of the blob is there.</summary>
    private sealed class Restart(RealRegistry registry, StoredBytes progress, Action restarted) : IProgress<long>
    {
        private bool _isDone;

        public void Report(long value)
        {
            progress.Report(value);
            if (value > Size / 2 && !_isDone)
            {
                _isDone = true;
                registry.StartWithPassword();
                restarted();
            }
        }
    }
}
