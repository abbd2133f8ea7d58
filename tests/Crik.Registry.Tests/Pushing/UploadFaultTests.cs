using System.Globalization;
using static Crik.Registry.Tests.Pushing.ScriptedRegistry;
using static Crik.Registry.Tests.Pushing.Step;

namespace Crik.Registry.Tests.Pushing;

/// <summary>What an upload does when the registry fails in the midst of it.</summary>
public sealed class UploadFaultTests : PushTest
{
    [Theory]
    [InlineData(0)]
    [InlineData(100)]
    [InlineData(5_000_000)]
    public async Task After_a_broken_connection_the_upload_goes_on_where_the_registry_has_it(long taken)
    {
        Registry.At(Send, 2, BreakAfter(taken));

        Assert.Equal(LargeBlob, await UploadAsync(Repository()));

        Assert.Equal([Begin, Send, Send, Status, Send, Send, Finish], Registry.Steps);
        Assert.Equal(1, Opened);
    }

    [Theory]
    [InlineData(500)]
    [InlineData(503)]
    [InlineData(429)]
    [InlineData(408)]
    public async Task A_failure_that_may_pass_is_tried_again(int status)
    {
        foreach (Step step in (Step[])[Begin, Send, Finish])
        {
            Registry.At(step, 1, Answer(status));
            Registry.At(step, 2, Answer(status));
        }

        Assert.Equal(LargeBlob, await UploadAsync(Repository()));
        Assert.Equal(1, Opened);
    }

    [Fact]
    public async Task A_registry_that_acknowledges_less_than_it_was_sent_gets_the_rest_again()
    {
        Registry.At(Send, 1, async (context, upload) =>
        {
            await upload.TakeAsync(context, 3_000_000);
            await context.Request.Body.CopyToAsync(Stream.Null);
            Registry.Accept(context, upload);
        });

        Assert.Equal(LargeBlob, await UploadAsync(Repository()));

        Assert.Equal([Begin, Send, Send, Send, Send, Finish], Registry.Steps);
        Assert.Equal(3_000_000, Progress.Values[0]);
    }

    [Fact]
    public async Task A_registry_that_acknowledges_chunks_and_stores_nothing_is_found_out()
    {
        Registry.Always(Send, async (context, upload) =>
        {
            await context.Request.Body.CopyToAsync(Stream.Null);
            Registry.Accept(context, upload);
        });

        await AssertFailsAsync(RegistryFailure.BadAnswer, "DIGEST_INVALID", () => UploadAsync(Repository()));
    }

    [Fact]
    public async Task A_registry_that_puts_chunks_together_wrongly_gets_the_content_in_one_request()
    {
        Registry.At(Finish, 1, Answer(400, """{"errors":[{"code":"DIGEST_INVALID","message":"did not match"}]}"""));

        Assert.Equal(LargeBlob, await UploadAsync(Repository()));
        Assert.Equal([Begin, Send, Send, Send, Finish, Abandon, Begin, Send, Finish], Registry.Steps);
    }

    [Fact]
    public async Task A_registry_that_always_speaks_of_the_first_chunk_gets_the_content_in_one_request()
    {
        Registry.At(Send, 2, async (context, upload) =>
        {
            await upload.TakeAsync(context);
            Registry.Accept(context, upload);
            context.Response.Headers.Range = UploadRange.Of(0, UploadChunk.UsualSize);
        });

        Assert.Equal(LargeBlob, await UploadAsync(Repository()));
        Assert.Equal([Begin, Send, Send, Abandon, Begin, Send, Finish], Registry.Steps);
    }

    [Fact]
    public async Task A_registry_that_claims_more_than_it_was_sent_gets_the_upload_from_its_start()
    {
        Registry.At(Send, 2, async (context, upload) =>
        {
            await upload.TakeAsync(context);
            Registry.Accept(context, upload);
            context.Response.Headers.Range = "0-99999999";
        });

        Assert.Equal(LargeBlob, await UploadAsync(Repository()));
        Assert.Equal(2, Opened);
    }

    [Theory]
    [InlineData(Send, 2)]
    [InlineData(Send, 3)]
    [InlineData(Finish, 1)]
    public async Task An_upload_that_the_registry_forgot_begins_again(object step, int time)
    {
        Registry.At((Step)step, time, Registry.ForgetAsync);

        Assert.Equal(LargeBlob, await UploadAsync(Repository()));

        Assert.Equal(2, Opened);
        Assert.Equal(2, Registry.Count(Begin));
    }

    [Fact]
    public async Task A_registry_that_always_forgets_is_given_up()
    {
        Registry.Always(Finish, Registry.ForgetAsync);

        await AssertFailsAsync(RegistryFailure.NotFound, "(4 tries", () => UploadAsync(Repository()));
        Assert.Equal(4, Opened);
    }

    [Fact]
    public async Task A_token_that_expires_in_the_midst_is_replaced_and_the_chunk_is_sent_again()
    {
        Registry.Token = "first";
        RegistryRepository repository = Repository(user: "u");
        Registry.At(Send, 1, async (context, upload) =>
        {
            await upload.TakeAsync(context);
            Registry.Accept(context, upload);
            Registry.Token = "second";
        });

        Assert.Equal(LargeBlob, await UploadAsync(repository));

        Assert.Equal(2, Registry.Scopes.Count);
        Assert.Equal(1, Opened);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_pause_is_as_long_as_Retry_After_says_in_seconds_or_as_a_date(bool inSeconds)
    {
        DateTimeOffset until = DateTimeOffset.UtcNow.AddSeconds(2);
        Registry.At(Send, 2, Answer(429, headers: headers => headers.RetryAfter = inSeconds ? "1" : until.ToString("r", CultureInfo.InvariantCulture)));
        DateTimeOffset begun = DateTimeOffset.UtcNow;

        await UploadAsync(Repository(Hurry with { LongestPause = TimeSpan.FromMinutes(1) }));

        Assert.True(DateTimeOffset.UtcNow - begun > TimeSpan.FromSeconds(0.9), $"it took {DateTimeOffset.UtcNow - begun}");
    }

    [Fact]
    public async Task A_registry_that_keeps_silent_is_asked_again_and_then_given_up()
    {
        Registry.At(Send, 2, HangAsync);
        RegistryRepository repository = Repository(Hurry with { Silence = TimeSpan.FromSeconds(1) });
        Assert.Equal(LargeBlob, await UploadAsync(repository));

        Registry.Always(Begin, HangAsync);
        repository = Repository(Hurry with { Silence = TimeSpan.FromSeconds(0.1), Tries = 2 });
        await AssertFailsAsync(RegistryFailure.NoAnswer, "nothing moves for 0.1 s (2 tries", () => UploadAsync(repository));
    }

    [Fact]
    public async Task A_slow_registry_may_take_longer_than_a_silent_one()
    {
        const long Size = 24 << 20; // much more than the kernel's buffers, in which everything moves at once
        TimeSpan pause = TimeSpan.FromMilliseconds(200);
        Registry.SmallestChunk = $"{Size}"; // one request
        Registry.At(Send, 1, async (context, upload) =>
        {
            while (upload.Size < Size)
            {
                await upload.TakeAsync(context, 1 << 20);
                await Task.Delay(pause);
            }

            Registry.Accept(context, upload);
        });

        Assert.Equal(RepeatedStream.Described(Size), await UploadAsync(Repository(Hurry with { Silence = pause * 12, Tries = 1 }), Size));
        Assert.Equal(1, Registry.Count(Send));
    }

    [Fact]
    public async Task A_blob_whose_last_answer_was_lost_is_found()
    {
        Registry.At(Finish, 1, (context, upload) =>
        {
            Registry.Blobs[upload.Digest] = upload.Size;
            context.Abort();
            return Task.CompletedTask;
        });

        Assert.Equal(LargeBlob, await UploadAsync(Repository()));
        Assert.Equal([Begin, Send, Send, Send, Finish, HasBlob], Registry.Steps);
    }

    [Fact]
    public async Task A_small_content_whose_connection_broke_is_sent_again()
    {
        Registry.At(Finish, 1, BreakAfter(100_000));

        Assert.Equal(RepeatedStream.Described(1_000_000), await UploadAsync(Repository(), 1_000_000));
        Assert.Equal([Begin, Finish, HasBlob, Abandon, Begin, Finish], Registry.Steps);
    }

    [Theory]
    [InlineData(416, "")]
    [InlineData(416, """{"errors":[{"code":"R","message":"the request body is too large and exceeds the maximum permissible limit of 4.00MiB"}]}""")]
    [InlineData(404, "")]
    [InlineData(405, "")]
    [InlineData(400, "")]
    public async Task A_registry_that_refuses_chunks_gets_the_content_in_one_request(int status, string body)
    {
        Registry.At(Send, 1, Answer(status, body));

        Assert.Equal(LargeBlob, await UploadAsync(Repository()));

        Assert.Equal([Begin, Send, Abandon, Begin, Send, Finish], Registry.Steps);
        Assert.Equal(2, Opened);
    }

    [Fact]
    public async Task A_registry_that_takes_one_chunk_only_gets_the_content_in_one_request()
    {
        Registry.At(Send, 2, Answer(416));

        Assert.Equal(LargeBlob, await UploadAsync(Repository()));
        Assert.Equal([Begin, Send, Send, Status, Abandon, Begin, Send, Finish], Registry.Steps);
    }

    [Fact]
    public async Task What_goes_up_in_one_request_begins_again_after_a_broken_connection()
    {
        Registry.At(Send, 1, Answer(405));
        Registry.At(Send, 2, BreakAfter(12_000_000));

        Assert.Equal(LargeBlob, await UploadAsync(Repository()));
        Assert.Equal(3, Opened);
    }

    [Fact]
    public async Task A_registry_that_takes_nothing_but_whole_blobs_is_told_so()
    {
        Registry.Always(Send, Answer(405, """{"errors":[{"code":"UNSUPPORTED","message":"The operation is unsupported."}]}"""));

        await AssertFailsAsync(RegistryFailure.Unsupported, "UNSUPPORTED: The operation is unsupported.", () => UploadAsync(Repository()));
    }

    [Theory]
    [InlineData(507, "", "has no room for it (507)")]
    [InlineData(413, "<html>", "takes nothing that large (413)")]
    [InlineData(403, """{"errors":[{"code":"DENIED","message":"will exceed the configured upper limit of 1.0 GiB."}]}""", "exceed the configured upper limit")]
    [InlineData(500, """{"errors":[{"code":"UNKNOWN","message":"unknown error","detail":{"Enclosed":{"Op":"write","Err":28}}}]}""", "has no room for it (500)")]
    public async Task A_registry_that_is_full_is_not_asked_again(int status, string body, string text)
    {
        Registry.Always(Send, Answer(status, body));

        RegistryException exception = await AssertFailsAsync(RegistryFailure.Full, text, () => UploadAsync(Repository()));

        Assert.Contains("Delete images there", exception.Message, StringComparison.Ordinal);
        Assert.Equal([Begin, Send, Abandon], Registry.Steps);
    }

    [Fact]
    public async Task A_registry_that_refuses_before_it_reads_is_heard()
    {
        bool wasAsked = false;
        Registry.At(Send, 1, BreakAsync);
        Registry.At(Send, 2, (context, upload) =>
        {
            wasAsked = context.Request.Headers.Expect == "100-continue";
            return Answer(413)(context, upload);
        });

        await AssertFailsAsync(RegistryFailure.Full, "(413)", () => UploadAsync(Repository()));
        Assert.True(wasAsked);
    }

    [Fact]
    public async Task A_registry_that_refuses_a_small_content_before_it_reads_is_heard()
    {
        bool wasAsked = false;
        Registry.At(Finish, 1, BreakAsync);
        Registry.At(Finish, 2, (context, upload) =>
        {
            wasAsked = context.Request.Headers.Expect == "100-continue";
            return Answer(413)(context, upload);
        });

        await AssertFailsAsync(RegistryFailure.Full, "(413)", () => UploadAsync(Repository(), 1_000_000));
        Assert.True(wasAsked);
    }

    [Fact]
    public async Task A_registry_that_stores_something_else_is_found_out()
    {
        Registry.At(Finish, 1, (context, _) =>
        {
            context.Response.StatusCode = 201;
            context.Response.Headers["Docker-Content-Digest"] = ContentDigest.Sha256Of([]);
            return Task.CompletedTask;
        });

        await AssertFailsAsync(RegistryFailure.BadAnswer, "stored it with the digest", () => UploadAsync(Repository()));
    }

    [Fact]
    public async Task A_push_that_is_cancelled_leaves_no_upload_behind()
    {
        using CancellationTokenSource cancelled = new();
        Registry.At(Send, 2, HangAsync);
        Task<BlobDescriptor> pushing = UploadAsync(Repository(), cancellationToken: cancelled.Token);
        await Eventually.TrueAsync(() => Registry.Count(Send) == 2, "the second chunk is sent");

        await cancelled.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => pushing);
        Assert.Equal(Abandon, Registry.Steps.Last());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_content_that_cannot_be_read_is_no_failure_of_the_registry(bool inOneRequest)
    {
        Registry.SmallestChunk = inOneRequest ? "999999999" : null;

        await Assert.ThrowsAsync<UnauthorizedAccessException>(() => Repository().UploadAsync(() => new UnreadableStream(), null, default));
        Assert.Equal(Abandon, Registry.Steps.Last());
    }

    [Fact]
    public async Task The_next_credential_is_tried_when_one_is_refused()
    {
        await using ScriptedRegistry registry = new() { Token = null };
        string good = $"Basic {Convert.ToBase64String("good:p"u8)}";
        registry.Always(Begin, async (context, upload) =>
        {
            if (context.Request.Headers.Authorization != good)
            {
                await Answer(401, headers: headers => headers.WWWAuthenticate = "Basic realm=\"r\"")(context, upload);
            }
            else
            {
                await Answer(507)(context, upload);
            }
        });
        using RegistryClient client = new(new RegistryOptions { LocalRegistries = [registry.Host], PlainHttpRegistries = [registry.Host], Patience = Hurry });
        RegistryCredentials credentials = new();
        credentials.AddDockerConfigJson(System.Text.Encoding.UTF8.GetBytes(
            $$$"""{"auths":{"{{{registry.Host}}}/team":{"username":"bad","password":"p"},"{{{registry.Host}}}":{"username":"good","password":"p"} } }"""));
        RegistryRepository repository = client.Repository(ImageReference.Parse($"{registry.Host}/team/app"), credentials);

        RegistryException exception = await Assert.ThrowsAsync<RegistryException>(() => UploadAsync(repository));

        Assert.Equal(RegistryFailure.Full, exception.Failure);
        Assert.Equal(["", $"Basic {Convert.ToBase64String("bad:p"u8)}", "", good], registry.Authorizations);
    }
}
