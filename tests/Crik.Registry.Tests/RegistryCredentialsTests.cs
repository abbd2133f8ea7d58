using System.Text;

namespace Crik.Registry.Tests;

public sealed class RegistryCredentialsTests
{
    /// <summary>The cases are those of the kubelet's keyring_test.go, TestURLsMatch and TestDockerKeyringForGlob.</summary>
    [Theory]
    [InlineData("https://hello.example.com", "hello.example.com/a", true)]
    [InlineData("*.example.com", "prefix.example.com/a", true)]
    [InlineData("prefix.*.com", "prefix.example.com/a", true)]
    [InlineData("*-good.example.com", "prefix-good.example.com/a", true)]
    [InlineData("*.*.example.com", "a.b.example.com/a", true)]
    [InlineData("*.example.com", "a.b.example.com/a", false)]
    [InlineData("*.example.com:5000", "a.example.com:5000/a", true)]
    [InlineData("*.example.com:5000", "a.example.com:5001/a", false)]
    [InlineData("*.example.com", "a.example.com:5000/a", false)]
    [InlineData("example.com/foo", "example.com/foo/bar", true)]
    [InlineData("example.com/foo", "example.com/bar", false)]
    [InlineData("https://example.com/v2/", "example.com/bar", true)]
    [InlineData("https://index.docker.io/v1/", "nginx", true)]
    [InlineData("index.docker.io", "team/app", true)]
    [InlineData("docker.io", "nginx", true)]
    [InlineData("registry.example", "docker.io/nginx", false)]
    public void An_entry_fits_an_image_as_the_kubelet_matches_them(string address, string image, bool fits) =>
        Assert.Equal(fits, Of($$$"""{"auths":{"{{{address}}}":{"username":"u","password":"p"} } }""").For(ImageReference.Parse(image)).Count == 1);

    [Fact]
    public void The_longer_path_comes_first()
    {
        RegistryCredentials credentials = Of("""{"auths":{"r.example":{"username":"a","password":"p"},"r.example/team":{"username":"b","password":"p"}}}""");

        Assert.Equal(["b", "a"], credentials.For(ImageReference.Parse("r.example/team/app")).Select(credential => credential.User));
        Assert.Equal(["a"], credentials.For(ImageReference.Parse("r.example/other")).Select(credential => credential.User));
    }

    [Theory]
    [InlineData("u:p:q", "u", "p:q")]
    [InlineData("u:p\0\0", "u", "p")]
    public void The_field_auth_wins(string text, string user, string password)
    {
        string auth = Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

        Assert.Equal([new RegistryCredential(user, password)], Of($$$"""{"auths":{"r.example":{"username":"x","password":"y","auth":"{{{auth}}}"} } }""").For(ImageReference.Parse("r.example/a")));
    }

    [Fact]
    public void The_old_form_has_no_auths()
    {
        RegistryCredentials credentials = new();
        credentials.AddDockerConfig("""{"https://r.example":{"username":"u","password":"p"}}"""u8);

        Assert.Single(credentials.For(ImageReference.Parse("r.example/a")));
    }

    [Theory]
    [InlineData("""{"auths":{"r.example":{"auth":"%%%"}}}""")]
    [InlineData("""{"auths":{"r.example":{"auth":"bm9jb2xvbg=="}}}""")]
    [InlineData("""{"auths":[]}""")]
    [InlineData("s3cret")]
    public void A_secret_that_cannot_be_read_is_refused_without_its_content(string json)
    {
        FormatException exception = Assert.Throws<FormatException>(() => Of(json));

        Assert.DoesNotContain("s3cret", exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("bm9", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("""{"auths":null}""")]
    [InlineData("""{"auths":{"r.example":null}}""")]
    [InlineData("""{"auths":{"r.example":{}}}""")]
    public void A_secret_without_credentials_gives_none(string json) => Assert.Empty(Of(json).For(ImageReference.Parse("r.example/a")));

    [Fact]
    public void A_credential_does_not_print_itself() => Assert.DoesNotContain("p4ss", new RegistryCredential("u", "p4ss").ToString(), StringComparison.Ordinal);

    private static RegistryCredentials Of(string json)
    {
        RegistryCredentials credentials = new();
        credentials.AddDockerConfigJson(Encoding.UTF8.GetBytes(json));
        return credentials;
    }
}
