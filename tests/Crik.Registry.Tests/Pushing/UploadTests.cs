using System.Text;
using static Crik.Registry.Tests.Pushing.ScriptedRegistry;
using static Crik.Registry.Tests.Pushing.Step;

namespace Crik.Registry.Tests.Pushing;

/// <summary>What is sent to a registry that does what it should.</summary>
public sealed class UploadTests : PushTest
{
    [Fact]
    public async Task A_large_content_goes_up_in_chunks_and_is_read_once()
    {
        Assert.Equal(LargeBlob, await UploadAsync(Repository()));

        Assert.Equal([Begin, Send, Send, Send, Finish], Registry.Steps);
        Assert.Equal(Large, Registry.Blobs[LargeBlob.Digest]);
        Assert.Equal([UploadChunk.UsualSize, 2 * UploadChunk.UsualSize, Large], Progress.Values);
        Assert.Equal(1, Opened);
    }

    [Fact]
    public async Task A_content_of_exactly_two_chunks_has_no_empty_one()
    {
        BlobDescriptor blob = await UploadAsync(Repository(), 2 * UploadChunk.UsualSize);

        Assert.Equal(RepeatedStream.Described(2 * UploadChunk.UsualSize), blob);
        Assert.Equal([Begin, Send, Send, Finish], Registry.Steps);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(UploadChunk.UsualSize - 1)]
    public async Task What_fits_in_a_chunk_goes_up_in_one_request(long size)
    {
        Assert.Equal(RepeatedStream.Described(size), await UploadAsync(Repository(), size));

        Assert.Equal([Begin, Finish], Registry.Steps);
        Assert.Equal([size], Progress.Values);
    }

    [Fact]
    public async Task Bytes_that_the_repository_has_are_not_sent_again()
    {
        RegistryRepository repository = Repository();
        byte[] content = Encoding.UTF8.GetBytes("{}");

        BlobDescriptor first = await repository.UploadAsync(content, default);
        Assert.True(await repository.HasBlobAsync(first.Digest, default));
        int before = Registry.Steps.Length;

        Assert.Equal(first, await repository.UploadAsync(content, default));
        Assert.Equal([HasBlob], Registry.Steps[before..]);
        Assert.Equal(new BlobDescriptor(ContentDigest.Sha256Of(content), 2), first);
    }

    [Fact]
    public async Task A_blob_that_is_not_there_is_no_failure() => Assert.False(await Repository().HasBlobAsync(LargeBlob.Digest, default));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Each_location_is_followed_with_its_query(bool isAbsolute)
    {
        Registry.Locate = path => (isAbsolute ? $"http://{Registry.Host}" : "") + path + "&signature=a%2Fb";

        Assert.Equal(LargeBlob, await UploadAsync(Repository()));
    }

    [Fact]
    public async Task A_redirect_of_a_chunk_is_followed_with_its_content()
    {
        Registry.At(Send, 2, (context, _) =>
        {
            context.Response.StatusCode = 307;
            context.Response.Headers.Location = $"http://{Registry.Host}{context.Request.Path}{context.Request.QueryString}";
            return Task.CompletedTask;
        });

        Assert.Equal(LargeBlob, await UploadAsync(Repository()));
        Assert.Equal(4, Registry.Count(Send));
    }

    [Fact]
    public async Task The_credential_does_not_follow_a_location_to_another_host()
    {
        await using ScriptedRegistry storage = new();
        ScriptedUpload stored = new();
        storage.Always(Send, async (context, _) =>
        {
            await stored.TakeAsync(context);
            storage.Accept(context, stored);
        });
        storage.Always(Finish, Answer(201));
        storage.Locate = path => $"http://{storage.Host}{path}";
        Registry.Locate = storage.Locate;
        Registry.Token = "t0k";

        Assert.Equal(LargeBlob, await UploadAsync(Repository(user: "u", others: storage.Host)));

        Assert.Equal(LargeBlob.Digest, stored.Digest);
        Assert.All(storage.Authorizations, Assert.Empty);
        Assert.Contains("Bearer t0k", Registry.Authorizations);
    }

    [Theory]
    [InlineData("http://storage.example/upload")]
    [InlineData("ftp://storage.example/upload")]
    public async Task A_location_without_TLS_is_not_followed(string location)
    {
        Registry.Locate = _ => location;

        await AssertFailsAsync(RegistryFailure.NotAllowed, "storage.example", () => UploadAsync(Repository()));
    }

    [Fact]
    public async Task A_registry_that_wants_larger_chunks_gets_the_content_in_one_request()
    {
        Registry.SmallestChunk = $"{UploadChunk.UsualSize + 1}";

        Assert.Equal(LargeBlob, await UploadAsync(Repository()));
        Assert.Equal([Begin, Abandon, Begin, Send, Finish], Registry.Steps);
    }

    [Fact]
    public async Task One_token_is_asked_for_to_pull_and_to_push()
    {
        Registry.Token = "t0k";

        await UploadAsync(Repository(user: "u"));

        Assert.Equal(["repository:team/app:pull,push"], Registry.Scopes);
    }
}
