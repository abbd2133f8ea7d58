using System.Text;
using static Crik.Registry.Tests.Pushing.ScriptedRegistry;
using static Crik.Registry.Tests.Pushing.Step;

namespace Crik.Registry.Tests.Pushing;

/// <summary>Manifests and blobs that are pushed, read and deleted.</summary>
public sealed class RepositoryTests : PushTest
{
    private const string Type = "application/vnd.oci.image.manifest.v1+json";

    private static readonly byte[] s_manifest = Encoding.UTF8.GetBytes("""{"schemaVersion":2,"annotations":{"a":"1","b":"2"}}""");
    private static readonly string s_digest = ContentDigest.Sha256Of(s_manifest);

    [Fact]
    public async Task A_manifest_is_pushed_found_by_tag_and_digest_and_deleted()
    {
        RegistryRepository repository = Repository();
        Assert.Null(await repository.FindManifestAsync("v1", default));

        Assert.Equal(s_digest, await repository.PushManifestAsync("v1", s_manifest, Type, default));

        foreach (string version in (string[])["v1", s_digest])
        {
            StoredManifest? found = await repository.FindManifestAsync(version, default);
            Assert.NotNull(found);
            Assert.Equal((Convert.ToHexString(s_manifest), Type, s_digest), (Convert.ToHexString(found.Content), found.MediaType, found.Digest));
        }

        Assert.True(await repository.DeleteManifestAsync(s_digest, default));
        Assert.False(await repository.DeleteManifestAsync(s_digest, default));
    }

    [Theory]
    [InlineData(500)]
    [InlineData(429)]
    public async Task What_fails_at_first_is_tried_again(int status)
    {
        foreach (Step step in (Step[])[PutManifest, GetManifest, DeleteManifest, HasBlob])
        {
            Registry.At(step, 1, Answer(status));
            Registry.At(step, 2, BreakAsync);
        }

        RegistryRepository repository = Repository();

        Assert.Equal(s_digest, await repository.PushManifestAsync("v1", s_manifest, Type, default));
        Assert.NotNull(await repository.FindManifestAsync("v1", default));
        Assert.True(await repository.DeleteManifestAsync(s_digest, default));
        Assert.False(await repository.HasBlobAsync(s_digest, default));
    }

    [Fact]
    public async Task A_manifest_that_arrives_with_another_digest_is_found_out()
    {
        Registry.At(PutManifest, 1, Answer(201, headers: headers => headers["Docker-Content-Digest"] = ContentDigest.Sha256Of([])));

        await AssertFailsAsync(RegistryFailure.BadAnswer, "does not have the digest", () => Repository().PushManifestAsync("v1", s_manifest, Type, default));
    }

    [Fact]
    public async Task A_manifest_that_is_read_with_another_digest_is_found_out()
    {
        Registry.At(GetManifest, 1, Answer(200, "{}", headers => headers["Docker-Content-Digest"] = s_digest));
        Registry.At(GetManifest, 2, Answer(200, "{}"));

        await AssertFailsAsync(RegistryFailure.BadAnswer, "does not have the digest", () => Repository().FindManifestAsync("v1", default));
        await AssertFailsAsync(RegistryFailure.BadAnswer, "does not have the digest", () => Repository().FindManifestAsync(s_digest, default));
    }

    [Fact]
    public async Task A_registry_that_drops_annotations_is_seen_in_what_it_has()
    {
        RegistryRepository repository = Repository();
        await repository.PushManifestAsync("v1", s_manifest, Type, default);
        Registry.Manifests["v1"] = (Encoding.UTF8.GetBytes("""{"schemaVersion":2,"annotations":{"b":"2"}}"""), Type);

        StoredManifest? found = await repository.FindManifestAsync("v1", default);

        Assert.Equal(["a"], PushedManifest.MissingAnnotations(s_manifest, found!.Content));
    }

    [Fact]
    public async Task Deletion_that_is_switched_off_is_told_with_what_to_do()
    {
        Registry.Always(DeleteManifest, Answer(405, """{"errors":[{"code":"UNSUPPORTED","message":"The operation is unsupported."}]}"""));

        RegistryException exception = await AssertFailsAsync(
            RegistryFailure.Unsupported, "cannot be deleted from", () => Repository().DeleteManifestAsync(s_digest, default));

        Assert.Contains("storage.delete.enabled", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refusal_names_the_repository_and_what_the_registry_says()
    {
        Registry.Always(PutManifest, Answer(403, """{"errors":[{"code":"DENIED","message":"requested access\u001b to the resource is denied"}]}"""));

        RegistryException exception = await AssertFailsAsync(
            RegistryFailure.NotAuthorized, "DENIED: requested access  to the resource is denied",
            () => Repository().PushManifestAsync("v1", s_manifest, Type, default));

        Assert.StartsWith($"The manifest v1 cannot be pushed to {Registry.Host}/team/app: ", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_blob_is_read_up_to_a_limit_and_compared_with_its_digest()
    {
        Registry.Always(ReadBlob, Answer(200, "content"));
        string digest = StandInRegistry.DigestOf("content");

        Assert.Equal("content"u8.ToArray(), await Repository().ReadBlobAsync(digest, 7, default));
        await AssertFailsAsync(RegistryFailure.BadAnswer, "sends more than", () => Repository().ReadBlobAsync(digest, 6, default));
        await AssertFailsAsync(RegistryFailure.BadAnswer, "does not have the digest", () => Repository().ReadBlobAsync(s_digest, 7, default));
        Registry.Always(ReadBlob, Answer(404));
        await AssertFailsAsync(RegistryFailure.NotFound, "does not have it", () => Repository().ReadBlobAsync(digest, 7, default));
    }

    [Theory]
    [InlineData("../../other/manifests/v1")]
    [InlineData("v1?x")]
    [InlineData("")]
    [InlineData("sha256:12")]
    public async Task What_is_neither_a_tag_nor_a_digest_is_not_asked_for(string version)
    {
        RegistryRepository repository = Repository();

        await AssertFailsAsync(RegistryFailure.BadName, "neither a tag nor a digest", () => repository.FindManifestAsync(version, default));
        await AssertFailsAsync(RegistryFailure.BadName, "is no digest", () => repository.DeleteManifestAsync(version, default));
        await AssertFailsAsync(RegistryFailure.BadName, "is no digest", () => repository.HasBlobAsync(version, default));
        await AssertFailsAsync(RegistryFailure.BadName, "is no digest", () => repository.ReadBlobAsync(version, 1, default));
        Assert.Empty(Registry.Steps);
    }

    [Fact]
    public async Task The_token_for_a_deletion_is_asked_for_what_the_registry_demands_too()
    {
        Registry.Token = "t0k";
        RegistryRepository repository = Repository(user: "u");
        await repository.PushManifestAsync("v1", s_manifest, Type, default);
        Registry.At(DeleteManifest, 1, Answer(401, headers: headers =>
            headers.WWWAuthenticate = $"Bearer realm=\"http://{Registry.Host}/token\",scope=\"repository:team/app:delete\""));

        Assert.True(await repository.DeleteManifestAsync(s_digest, default));
        Assert.Equal(["repository:team/app:pull,push", "repository:team/app:pull,push,delete"], Registry.Scopes);
    }
}
