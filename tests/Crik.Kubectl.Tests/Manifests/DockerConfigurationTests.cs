using Crik.Kubectl.Manifests;
using Crik.Registry;

namespace Crik.Kubectl.Tests.Manifests;

public sealed class DockerConfigurationTests : IDisposable
{
    private readonly TempDirectory _files = new();

    [Fact]
    public async Task Credentials_in_the_file_are_found_by_their_registry()
    {
        string auth = Convert.ToBase64String("me:secret"u8);
        _files.Write("config.json", $$$"""{"auths": {"registry.example": {"auth": "{{{auth}}}" }, "https://index.docker.io/v1/": {"username": "hub", "password": "p"} } }""");

        Assert.Equal(("me", "secret"), await FindAsync("registry.example/team/app:1"));
        Assert.Equal(("hub", "p"), await FindAsync("nginx"));
        Assert.Null(await FindAsync("other.example/app"));
    }

    [Fact]
    public async Task Credentials_are_asked_from_the_program_that_the_file_names()
    {
        Helper("""read server; [ "$server" = registry.example ] || { echo 'credentials not found in native keychain'; exit 1; }; echo '{"ServerURL":"x","Username":"me","Secret":"s3"}'""");
        _files.Write("config.json", """{"credsStore": "test", "credHelpers": {"special.example": "none"}}""");

        Assert.Equal(("me", "s3"), await FindAsync("registry.example/app"));
        Assert.Null(await FindAsync("other.example/app"));
        KubectlException problem = await Assert.ThrowsAsync<KubectlException>(() => FindAsync("special.example/app"));
        Assert.Contains("cannot start docker-credential-none", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_program_that_fails_is_named_with_what_it_said()
    {
        Helper("echo the keyring is locked; exit 3");
        _files.Write("config.json", """{"credsStore": "test"}""");

        KubectlException problem = await Assert.ThrowsAsync<KubectlException>(() => FindAsync("registry.example/app"));

        Assert.Equal("docker-credential-test failed with exit code 3: the keyring is locked", problem.Message);
    }

    [Fact]
    public async Task Without_a_file_images_are_read_anonymously() => Assert.Null(await FindAsync("nginx"));

    [Fact]
    public void A_file_that_is_not_JSON_is_named()
    {
        string path = _files.Write("config.json", "{");

        Assert.Contains(path, Assert.Throws<KubectlException>(Load).Message, StringComparison.Ordinal);
    }

    public void Dispose() => _files.Dispose();

    private void Helper(string script)
    {
        string path = _files.Write("docker-credential-test", $"#!/bin/sh\n{script}\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    private DockerConfiguration Load() => DockerConfiguration.Load(
        name => name == "DOCKER_CONFIG" ? _files.Path : null, new CredentialHelper(TimeSpan.FromSeconds(30)) { Directory = _files.Path });

    private async Task<(string, string)?> FindAsync(string image)
    {
        ImageReference reference = ImageReference.Parse(image);
        return (await Load().ForAsync(reference, CancellationToken.None)).For(reference) is [var first, ..] ? (first.User, first.Password) : null;
    }
}
