namespace Crik.Registry.Tests;

public sealed class ImageReferenceTests
{
    private const string Digest = "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

    [Theory]
    [InlineData("nginx", "docker.io", "library/nginx", "latest", null)]
    [InlineData("nginx:1.27", "docker.io", "library/nginx", "1.27", null)]
    [InlineData("team/app", "docker.io", "team/app", "latest", null)]
    [InlineData("index.docker.io/nginx", "docker.io", "library/nginx", "latest", null)]
    [InlineData("localhost/app", "localhost", "app", "latest", null)]
    [InlineData("localhost:5000", "docker.io", "library/localhost", "5000", null)]
    [InlineData("localhost:5000/app:v1", "localhost:5000", "app", "v1", null)]
    [InlineData("registry.example/a/b_c/d-e:1", "registry.example", "a/b_c/d-e", "1", null)]
    [InlineData("Registry/app", "Registry", "app", "latest", null)]
    [InlineData("[::1]:5000/app", "[::1]:5000", "app", "latest", null)]
    [InlineData("nginx@" + Digest, "docker.io", "library/nginx", null, Digest)]
    [InlineData("ghcr.io/a/b:1@" + Digest, "ghcr.io", "a/b", "1", Digest)]
    public void A_name_is_taken_apart_as_Docker_does_it(string text, string registry, string repository, string? tag, string? digest)
    {
        ImageReference image = ImageReference.Parse(text);

        Assert.Equal((registry, repository, tag, digest), (image.Registry, image.Repository, image.Tag, image.Digest));
        Assert.Equal(image, ImageReference.Parse(image.ToString()));
    }

    [Theory]
    [InlineData("")]
    [InlineData(" nginx")]
    [InlineData("Nginx")]
    [InlineData("nginx:")]
    [InlineData("nginx:a/b")]
    [InlineData("nginx@sha256:short")]
    [InlineData("nginx@md5:d41d8cd98f00b204e9800998ecf8427e")]
    [InlineData("registry.example/../secret")]
    [InlineData("registry.example//app")]
    [InlineData("user:password@registry.example/app")]
    [InlineData("http://registry.example/app")]
    [InlineData("registry.example/app?x=1")]
    [InlineData("registry.example:99999999/app")]
    [InlineData("registry.example:99999/app")]
    public void What_is_no_name_of_an_image_is_refused_with_a_sentence(string text)
    {
        Assert.False(ImageReference.TryParse(text, out _));
        RegistryException exception = Assert.Throws<RegistryException>(() => ImageReference.Parse(text));

        Assert.Equal(RegistryFailure.BadName, exception.Failure);
        Assert.Contains($"'{text}'", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_digest_wins_over_a_tag() => Assert.Equal(Digest, ImageReference.Parse("nginx:1@" + Digest).Version);

    [Fact]
    public void A_repository_with_more_than_255_characters_is_refused() => Assert.False(ImageReference.TryParse($"registry.example/{new string('a', 256)}", out _));
}
