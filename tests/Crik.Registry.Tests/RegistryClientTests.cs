using System.Text;

namespace Crik.Registry.Tests;

/// <summary>What only a registry that misbehaves shows. RealRegistryTests ask a real one.</summary>
public sealed class RegistryClientTests : IDisposable
{
    private const string Configuration =
        """{"os":"linux","architecture":"amd64","config":{"Entrypoint":["/e"],"Cmd":["c","d"],"User":"5:6","WorkingDir":"/w"}}""";

    private readonly StandInRegistry _registry = new();
    private readonly StandInRegistry _other = new();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_image_of_OCI_or_Docker_is_read(bool isDocker)
    {
        string digest = _registry.PutImage(Configuration, isDocker: isDocker);

        ImageConfiguration found = await ReadAsync();

        Assert.Equal((digest, "/e", "c d", "5:6"), (found.Digest, string.Join(' ', found.Entrypoint), string.Join(' ', found.Command), found.User));
    }

    [Fact]
    public async Task An_image_that_names_nothing_has_empty_lists()
    {
        _registry.PutImage("""{"os":"linux","architecture":"amd64"}""");

        ImageConfiguration found = await ReadAsync();

        Assert.Empty(found.Entrypoint.Concat(found.Command));
        Assert.Null(found.User);
    }

    [Fact]
    public async Task The_manifest_of_the_platform_is_chosen_from_an_index()
    {
        string amd64 = PutIndex();

        Assert.Equal(amd64, (await ReadAsync()).Digest);
    }

    [Fact]
    public async Task A_platform_that_is_not_there_is_named_with_those_that_are()
    {
        PutIndex();
        using RegistryClient client = Client();

        RegistryException exception = await Assert.ThrowsAsync<RegistryException>(
            () => client.ReadConfigurationAsync(_registry.Image(), new Platform("linux", "s390x"), RegistryCredentials.None, default));

        Assert.Equal(RegistryFailure.NoSuchPlatform, exception.Failure);
        Assert.Contains("linux/arm64, linux/amd64, and not for linux/s390x", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Content_with_another_digest_is_refused_at_each_step()
    {
        string digest = _registry.PutImage(Configuration);
        _registry.Put($"/v2/team/app/blobs/{StandInRegistry.DigestOf(Configuration)}", Configuration.Replace("/e", "/x", StringComparison.Ordinal));
        await AssertFailsAsync(RegistryFailure.BadAnswer, "configuration does not have the digest");

        _registry.Put("/v2/team/app/manifests/1", "{}", headers: $"Docker-Content-Digest: {digest}\r\n");
        await AssertFailsAsync(RegistryFailure.BadAnswer, "manifest does not have the digest");

        _registry.Put($"/v2/team/app/manifests/{digest}", "{}");
        await AssertFailsAsync(RegistryFailure.BadAnswer, "manifest does not have the digest", _registry.Image($"@{digest}"));
    }

    [Theory]
    [InlineData("""{"schemaVersion":1}""", "schema version 1")]
    [InlineData("""{"schemaVersion":2}""", "neither a manifest nor an index")]
    [InlineData("""{"schemaVersion":2,"manifests":[],"config":{}}""", "neither a manifest nor an index")]
    [InlineData("""{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","config":{}}""", "neither a manifest nor an index")]
    [InlineData("""{"schemaVersion":2,"manifests":[null,{"platform":{"os":"linux","architecture":"amd64"},"digest":"../x"}]}""", "without a digest")]
    [InlineData("""{"schemaVersion":2,"config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"md5:x"}}""", "without a digest")]
    [InlineData("""{"schemaVersion":2,"config":{"mediaType":"application/vnd.cncf.helm.config.v1+json","digest":"x"}}""", "not an image")]
    [InlineData("<html>", "cannot be understood")]
    [InlineData("null", "is empty")]
    public async Task What_is_no_image_is_refused_with_a_sentence(string manifest, string text)
    {
        _registry.PutManifest(manifest, "1");

        await AssertFailsAsync(RegistryFailure.BadAnswer, text);
    }

    [Fact]
    public async Task An_index_inside_an_index_is_refused()
    {
        string inner = _registry.PutManifest("""{"schemaVersion":2,"manifests":[]}""");
        _registry.PutManifest($$$"""{"schemaVersion":2,"manifests":[{"digest":"{{{inner}}}","platform":{"os":"linux","architecture":"amd64"}}]}""", "1");

        await AssertFailsAsync(RegistryFailure.BadAnswer, "neither a manifest nor an index");
    }

    [Fact]
    public async Task A_manifest_that_is_too_large_is_not_read_to_its_end()
    {
        _registry.Put("/v2/team/app/manifests/1", "{}", headers: "Content-Length: 999999999999\r\n");
        await AssertFailsAsync(RegistryFailure.BadAnswer, "more than 4096 KiB");

        string large = new(' ', (4 << 20) + 1);
        _registry.Put("/v2/team/app/manifests/1", $"{large.Length:x}\r\n{large}\r\n0\r\n\r\n", headers: "Transfer-Encoding: chunked\r\nX: Content-Length\r\n");
        await AssertFailsAsync(RegistryFailure.BadAnswer, "more than 4096 KiB");
    }

    [Theory]
    [InlineData("404 Not Found", RegistryFailure.NotFound)]
    [InlineData("403 Forbidden", RegistryFailure.NotAuthorized)]
    [InlineData("429 Too Many Requests", RegistryFailure.Busy)]
    [InlineData("503 Service Unavailable", RegistryFailure.Busy)]
    [InlineData("418 I'm a teapot", RegistryFailure.BadAnswer)]
    public async Task A_status_becomes_a_kind_of_failure(string status, RegistryFailure failure)
    {
        _registry.Put("/v2/team/app/manifests/1", "", status);

        await AssertFailsAsync(failure, _registry.Host);
    }

    [Fact]
    public async Task A_registry_that_keeps_silent_is_given_up()
    {
        _registry.Hangs = true;
        using RegistryClient client = new(Options() with { Timeout = TimeSpan.FromMilliseconds(100) });

        RegistryException exception = await Assert.ThrowsAsync<RegistryException>(() => ReadAsync(client));

        Assert.Equal(RegistryFailure.NoAnswer, exception.Failure);
    }

    [Fact]
    public async Task A_cancelled_request_is_no_failure_of_the_registry()
    {
        _registry.Hangs = true;
        using RegistryClient client = Client();
        using CancellationTokenSource cancelled = new();
        Task<ImageConfiguration> reading = client.ReadConfigurationAsync(_registry.Image(), Platform.LinuxAmd64, RegistryCredentials.None, cancelled.Token);
        Eventually.True(() => _registry.Heads.Length > 0, "the request arrives");

        await cancelled.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);
    }

    [Fact]
    public async Task A_known_image_costs_one_request_until_its_tag_moves()
    {
        using RegistryClient client = Client();
        _registry.PutImage(Configuration);
        await ReadAsync(client);
        int before = _registry.Heads.Length;

        await ReadAsync(client);
        Assert.Equal(["HEAD /v2/team/app/manifests/1"], _registry.Requests.Skip(before));

        _registry.PutImage(Configuration.Replace("/e", "/new", StringComparison.Ordinal));
        Assert.Equal("/new", (await ReadAsync(client)).Entrypoint[0]);
    }

    [Fact]
    public async Task A_very_long_command_is_read_again_each_time_so_that_strangers_cannot_fill_the_memory()
    {
        using RegistryClient client = Client();
        _registry.PutImage(Configuration.Replace("/e", new string('e', ConfigurationCache.LongestText), StringComparison.Ordinal));
        await ReadAsync(client);
        int before = _registry.Heads.Length;

        await ReadAsync(client);

        Assert.Equal(3, _registry.Requests.Skip(before).Count());
    }

    [Fact]
    public void Only_the_configurations_that_were_used_last_are_remembered()
    {
        ConfigurationCache cache = new();
        for (int i = 0; i < ConfigurationCache.Most; i++)
        {
            cache.Add($"{i}", new ImageConfiguration("sha256:0", ["e"], []));
        }

        Assert.True(cache.TryGet("0", out _));
        cache.Add("one more", new ImageConfiguration("sha256:0", ["e"], []));

        Assert.Equal((true, false, true), (cache.TryGet("0", out _), cache.TryGet("1", out _), cache.TryGet("one more", out _)));
    }

    [Fact]
    public async Task The_credential_goes_to_no_other_host()
    {
        string digest = _registry.PutImage(Configuration);
        string blob = $"/v2/team/app/blobs/{StandInRegistry.DigestOf(Configuration)}";
        _registry.Demand = (head => head.Contains("Authorization: Basic ", StringComparison.Ordinal), "Basic realm=\"r\"");
        _registry.Put(blob, "", "307 Temporary Redirect", $"Location: http://{_other.Host}/storage?signature=x\r\n");
        _other.Put("/storage", Configuration);

        Assert.Equal(digest, (await ReadAsync(credentials: Secret(_registry.Host))).Digest);

        Assert.DoesNotContain("Authorization", Assert.Single(_other.Heads), StringComparison.Ordinal);
        Assert.Equal(1, _registry.Heads.Count(head => !head.Contains("Authorization", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("http://registry.example/")]
    [InlineData("ftp://registry.example/")]
    public async Task A_redirect_that_leaves_TLS_is_not_followed(string location)
    {
        _registry.Put("/v2/team/app/manifests/1", "", "302 Found", $"Location: {location}\r\n");

        await AssertFailsAsync(RegistryFailure.NotAllowed, "registry.example");
    }

    [Fact]
    public async Task A_redirect_in_a_circle_ends()
    {
        _registry.Put("/v2/team/app/manifests/1", "", "302 Found", "Location: /v2/team/app/manifests/1\r\n");

        await AssertFailsAsync(RegistryFailure.NotAllowed, _registry.Host);
        Assert.Equal(6, _registry.Heads.Length);
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("169.254.169.254")]
    [InlineData("[::1]")]
    [InlineData("[fe80::1]")]
    [InlineData("[::ffff:7f00:1]")]
    [InlineData("localhost")]
    [InlineData("0.0.0.0")]
    public async Task Addresses_of_this_machine_are_contacted_only_when_that_is_allowed(string host)
    {
        using RegistryClient client = new();
        ImageReference image = ImageReference.Parse($"{host}:{_registry.Host.Split(':')[1]}/team/app:1");

        RegistryException exception = await Assert.ThrowsAsync<RegistryException>(() => client.ReadConfigurationAsync(image, Platform.LinuxAmd64, RegistryCredentials.None, default));

        Assert.True(exception.Failure is RegistryFailure.NotAllowed || (host.StartsWith("[fe80", StringComparison.Ordinal) && exception.Failure is RegistryFailure.NoAnswer), exception.Message);
        Assert.Empty(_registry.Heads);
    }

    [Fact]
    public async Task A_registry_that_is_allowed_cannot_send_the_client_to_another_one_on_this_machine()
    {
        _registry.Put("/v2/team/app/manifests/1", "", "302 Found", $"Location: https://{_other.Host}/\r\n");
        using RegistryClient client = new(new RegistryOptions { LocalRegistries = [_registry.Host], PlainHttpRegistries = [_registry.Host] });

        Assert.Equal(RegistryFailure.NotAllowed, (await Assert.ThrowsAsync<RegistryException>(() => ReadAsync(client))).Failure);
        Assert.Empty(_other.Heads);
    }

    [Fact]
    public async Task Each_fitting_credential_is_tried_and_the_last_refusal_is_told()
    {
        _registry.PutImage(Configuration);
        string second = Convert.ToBase64String(Encoding.UTF8.GetBytes("u:second"));
        _registry.Demand = (head => head.Contains($"Authorization: Basic {second}", StringComparison.Ordinal), "Basic realm=\"r\"");
        RegistryCredentials credentials = Secret(_registry.Host + "/team", "first");
        await AssertFailsAsync(RegistryFailure.NotAuthorized, "refuses the credential", credentials: credentials);

        credentials.AddDockerConfigJson(Encoding.UTF8.GetBytes($$$"""{"auths":{"{{{_registry.Host}}}":{"auth":"{{{second}}}"} } }"""));

        Assert.Equal("/e", (await ReadAsync(credentials: credentials)).Entrypoint[0]);
    }

    [Fact]
    public async Task Without_a_credential_the_message_asks_for_a_pull_secret()
    {
        _registry.Demand = (_ => false, "Basic realm=\"r\"");

        await AssertFailsAsync(RegistryFailure.NotAuthorized, "Give the pod a pull secret");
    }

    [Theory]
    [InlineData("Bearer realm=\"http://token.example/\"")]
    [InlineData("Bearer service=\"x\"")]
    [InlineData("Bearer realm=\"file:///etc/passwd\"")]
    public async Task A_token_server_without_TLS_gets_nothing(string challenge)
    {
        _registry.Demand = (_ => false, challenge);

        await AssertFailsAsync(RegistryFailure.BadAnswer, "names no token server", credentials: Secret(_registry.Host));
    }

    [Fact]
    public async Task An_identity_token_is_exchanged_as_OAuth_wants_it()
    {
        _registry.PutImage(Configuration);
        _registry.Demand = (head => head.Contains("Authorization: Bearer t0k", StringComparison.Ordinal), $"Bearer realm=\"http://{_other.Host}/token\",service=\"s\"");
        _other.Put("/token", """{"access_token":"t0k"}""");
        RegistryCredentials credentials = new();
        credentials.AddDockerConfigJson(Encoding.UTF8.GetBytes($$$"""{"auths":{"{{{_registry.Host}}}":{"identitytoken":"refresh"} } }"""));

        Assert.Equal("/e", (await ReadAsync(credentials: credentials)).Entrypoint[0]);
        Assert.StartsWith("POST /token ", Assert.Single(_other.Heads), StringComparison.Ordinal);
    }

    public void Dispose()
    {
        _registry.Dispose();
        _other.Dispose();
    }

    private string PutIndex()
    {
        string amd64 = _registry.PutImage(Configuration, version: null);
        string arm64 = _registry.PutImage(Configuration.Replace("/e", "/arm", StringComparison.Ordinal), version: null);
        _registry.PutManifest($$$"""
            {"schemaVersion":2,"manifests":[
              {"digest":"{{{arm64}}}","platform":{"os":"linux","architecture":"arm64","variant":"v8"}},
              {"digest":"{{{amd64}}}","platform":{"os":"linux","architecture":"amd64"}},
              {"digest":"{{{arm64}}}","platform":{"os":"unknown","architecture":"unknown"}}]}
            """.Replace(",\"variant\":\"v8\"", "", StringComparison.Ordinal), "1");
        return amd64;
    }

    private static RegistryCredentials Secret(string address, string password = "p")
    {
        RegistryCredentials credentials = new();
        credentials.AddDockerConfigJson(Encoding.UTF8.GetBytes($$$"""{"auths":{"{{{address}}}":{"username":"u","password":"{{{password}}}"} } }"""));
        return credentials;
    }

    private RegistryOptions Options() => new() { LocalRegistries = [_registry.Host, _other.Host], PlainHttpRegistries = [_registry.Host, _other.Host] };

    private RegistryClient Client() => new(Options());

    private Task<ImageConfiguration> ReadAsync(RegistryClient client) => client.ReadConfigurationAsync(_registry.Image(), Platform.LinuxAmd64, RegistryCredentials.None, default);

    private async Task<ImageConfiguration> ReadAsync(RegistryCredentials? credentials = null, ImageReference? image = null)
    {
        using RegistryClient client = Client();
        return await client.ReadConfigurationAsync(image ?? _registry.Image(), Platform.LinuxAmd64, credentials ?? RegistryCredentials.None, default);
    }

    private async Task AssertFailsAsync(RegistryFailure failure, string text, ImageReference? image = null, RegistryCredentials? credentials = null)
    {
        RegistryException exception = await Assert.ThrowsAsync<RegistryException>(() => ReadAsync(credentials, image));
        Assert.Contains(text, exception.Message, StringComparison.Ordinal);
        Assert.Equal(failure, exception.Failure);
        Assert.StartsWith($"The image {image ?? _registry.Image()} cannot be read: ", exception.Message, StringComparison.Ordinal);
    }
}
