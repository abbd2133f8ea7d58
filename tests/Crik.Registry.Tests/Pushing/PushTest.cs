using System.Text;

namespace Crik.Registry.Tests.Pushing;

/// <summary>What the tests of pushes share: a registry, a client that is in a hurry, and a content of three chunks.</summary>
public abstract class PushTest : IAsyncLifetime
{
    /// <summary>Two whole chunks and a bit.</summary>
    internal const long Large = 2 * UploadChunk.UsualSize + 1000;

    private protected static readonly BlobDescriptor LargeBlob = RepeatedStream.Described(Large);

    private protected static readonly RepositoryPatience Hurry =
        new() { FirstPause = TimeSpan.FromMilliseconds(1), LongestPause = TimeSpan.FromMilliseconds(10), Tries = 4 };

    private RegistryClient? _client;

    private protected ScriptedRegistry Registry { get; } = new();

    /// <summary>How often the content was opened.</summary>
    private protected int Opened { get; private set; }

    private protected StoredBytes Progress { get; } = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        _client?.Dispose();
        await Registry.DisposeAsync();
    }

    private protected RegistryRepository Repository(RepositoryPatience? patience = null, string? user = null, params string[] others)
    {
        RegistryCredentials credentials = new();
        if (user is not null)
        {
            credentials.AddDockerConfigJson(Encoding.UTF8.GetBytes($$$"""{"auths":{"{{{Registry.Host}}}":{"username":"{{{user}}}","password":"p"} } }"""));
        }

        string[] hosts = [Registry.Host, .. others];
        _client = new RegistryClient(new RegistryOptions { LocalRegistries = hosts, PlainHttpRegistries = hosts, Patience = patience ?? Hurry });
        return _client.Repository(ImageReference.Parse($"{Registry.Host}/team/app"), credentials);
    }

    private protected Task<BlobDescriptor> UploadAsync(RegistryRepository repository, long size = Large, CancellationToken cancellationToken = default) =>
        repository.UploadAsync(() => Open(size), Progress, cancellationToken);

    private protected Stream Open(long size)
    {
        Opened++;
        return new RepeatedStream(size);
    }

    private protected async Task<RegistryException> AssertFailsAsync(RegistryFailure failure, string text, Func<Task> work)
    {
        RegistryException exception = await Assert.ThrowsAsync<RegistryException>(work);
        Assert.Contains(text, exception.Message, StringComparison.Ordinal);
        Assert.Contains($"{Registry.Host}/team/app", exception.Message, StringComparison.Ordinal);
        Assert.Equal(failure, exception.Failure);
        return exception;
    }
}
