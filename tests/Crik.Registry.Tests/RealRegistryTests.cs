using static Crik.Registry.Tests.RealRegistry;

namespace Crik.Registry.Tests;

/// <summary>Reads images from Docker's own registry, with TLS of a private authority.</summary>
public sealed class RealRegistryTests : IDisposable
{
    private const string Configuration = """{"os":"linux","architecture":"amd64","config":{"Entrypoint":["/app"],"Cmd":["serve"]}}""";

    private readonly TestAuthority _authority = new();

    [RealRegistryFact]
    public async Task An_image_is_read_with_a_user_and_a_password()
    {
        using RealRegistry registry = new(_authority);
        registry.Start("");
        string digest = await registry.PushAsync("team/app", "1", Configuration, _authority);
        registry.StartWithPassword();
        using RegistryClient client = Client(registry.Host);
        ImageReference image = ImageReference.Parse($"{registry.Host}/team/app:1");

        ImageConfiguration found = await client.ReadConfigurationAsync(image, Platform.LinuxAmd64, Secret(registry.Host, "secret"), default);

        Assert.Equal((digest, "/app", "serve"), (found.Digest, found.Entrypoint.Single(), found.Command.Single()));
        Assert.Equal(found, await client.ReadConfigurationAsync(image with { Tag = null, Digest = digest }, Platform.LinuxAmd64, Secret(registry.Host, "secret"), default));
        await AssertFailsAsync(client, image, Secret(registry.Host, "wrong"), RegistryFailure.NotAuthorized);
        await AssertFailsAsync(client, image, RegistryCredentials.None, RegistryFailure.NotAuthorized);
        await AssertFailsAsync(client, image with { Tag = "2" }, Secret(registry.Host, "secret"), RegistryFailure.NotFound);
    }

    [RealRegistryFact]
    public async Task An_image_is_read_with_a_token_for_a_user_or_for_everybody()
    {
        using TokenServer tokens = new();
        using RealRegistry registry = new(_authority);
        registry.Start("");
        await registry.PushAsync("team/app", "1", Configuration, _authority);
        await registry.PushAsync("public/app", "1", Configuration, _authority);
        registry.StartWithTokens(tokens);
        using RegistryClient client = Client(registry.Host, tokens.Host);
        ImageReference ours = ImageReference.Parse($"{registry.Host}/team/app:1");

        Assert.Equal("/app", (await client.ReadConfigurationAsync(ours, Platform.LinuxAmd64, Secret(registry.Host, "secret"), default)).Entrypoint[0]);
        Assert.Equal("/app", (await client.ReadConfigurationAsync(
            ImageReference.Parse($"{registry.Host}/public/app:1"), Platform.LinuxAmd64, RegistryCredentials.None, default)).Entrypoint[0]);
        await AssertFailsAsync(client, ours, RegistryCredentials.None, RegistryFailure.NotAuthorized);
        await AssertFailsAsync(client, ours, Secret(registry.Host, "wrong"), RegistryFailure.NotAuthorized);
        Assert.Contains(tokens.Requests, head => head.StartsWith("GET /token?scope=repository%3Ateam%2Fapp%3Apull&service=registry ", StringComparison.Ordinal));
    }

    [RealRegistryFact]
    public async Task A_registry_of_an_authority_that_nobody_trusts_is_refused()
    {
        using RealRegistry registry = new(_authority);
        registry.Start("");
        ImageReference image = ImageReference.Parse($"{registry.Host}/team/app:1");
        using TestAuthority other = new();
        using RegistryClient trusting = new(new RegistryOptions { LocalRegistries = [registry.Host], Authorities = other.Pem });
        using RegistryClient plain = new(new RegistryOptions { LocalRegistries = [registry.Host], PlainHttpRegistries = [registry.Host] });

        await AssertFailsAsync(trusting, image, RegistryCredentials.None, RegistryFailure.NotTrusted);
        await AssertFailsAsync(plain, image, RegistryCredentials.None, RegistryFailure.BadAnswer);
    }

    public void Dispose() => _authority.Dispose();

    private RegistryClient Client(string registry, string? tokens = null) => new(new RegistryOptions
    {
        Authorities = _authority.Pem,
        LocalRegistries = tokens is null ? [registry] : [registry, tokens],
        PlainHttpRegistries = tokens is null ? [] : [tokens],
    });

    private static async Task AssertFailsAsync(RegistryClient client, ImageReference image, RegistryCredentials credentials, RegistryFailure failure) => Assert.Equal(
        failure, (await Assert.ThrowsAsync<RegistryException>(() => client.ReadConfigurationAsync(image, Platform.LinuxAmd64, credentials, default))).Failure);
}
