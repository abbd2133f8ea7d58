using System.Text;
using System.Text.Json.Nodes;
using Crik.Images;
using Crik.Kubernetes.Access;
using Crik.Kubernetes.Api;
using Crik.NodeAgent.Archives;
using Crik.NodeAgent.Images;
using Crik.NodeAgent.Objects;
using Crik.NodeAgent.Tests.Running;
using Crik.Registry;
using Crik.StandIn;

namespace Crik.NodeAgent.Tests.Images;

/// <summary>Looks for images in a registry that has another one, a part of one, or one that somebody replaced.</summary>
public sealed class CheckpointImagesTests : IAsyncLifetime
{
    private const string Tag = "uid-one-app";

    private readonly byte[] _archive = Crik.Images.Tests.Archives.Containerd();
    private readonly MemoryRegistry _registry = new();
    private StandInApiServer _server = null!;
    private KubernetesApi _api = null!;
    private CheckpointImages _images = null!;
    private ImageOrder _order = null!;

    public async Task InitializeAsync()
    {
        _server = await StandInApiServer.StartAsync();
        _server.Intercept = async context =>
        {
            if (!await _registry.AnswerAsync(context))
            {
                context.Response.StatusCode = 404;
            }

            return true;
        };
        string authority = _server.Certificates.AuthorityPem;
        _api = new KubernetesApi(new ClusterAccess { Server = _server.Address, Authorities = ConfiguredText.Fixed(authority) }, "crik-tests/1");
        string host = $"127.0.0.1:{_server.Address.Port}";
        RegistryClient registries = new(new RegistryOptions { Authorities = authority, LocalRegistries = [host] });
        _images = new CheckpointImages(registries, static () => new RegistryCredentials(), _api, new ThisNode(_api, "node-1"), LayerCompression.None);
        SavedContainer container = new(new ContainerName("default", "static-1", "app"), "e660");
        _order = new ImageOrder($"{host}/team/checkpoints", Tag, container, null) { Runtime = "containerd" };
    }

    public async Task DisposeAsync()
    {
        _api.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task An_image_that_was_pushed_is_found_by_what_it_is_a_checkpoint_of()
    {
        Assert.Null(await _images.FindAsync(_order, CancellationToken.None));
        string image = await PushAsync();

        Assert.Equal(image, await _images.FindAsync(_order, CancellationToken.None));
        Assert.Equal(image, await _images.FindAsync(_order with { Runtime = null }, CancellationToken.None));
        Assert.Null(await _images.FindAsync(_order with { Container = _order.Container with { PodUid = "another" } }, CancellationToken.None));
        Assert.Null(await _images.FindAsync(_order with { Container = new SavedContainer(_order.Container.Name with { Namespace = "bank" }, "e660") }, CancellationToken.None));
        Assert.Null(await _images.FindAsync(_order with { Runtime = "cri-o" }, CancellationToken.None));
        Assert.Null(await _images.FindAsync(_order with { EncryptionSecret = "keys" }, CancellationToken.None));
    }

    [Fact]
    public async Task An_image_whose_layer_or_configuration_the_registry_has_lost_is_pushed_again()
    {
        string image = await PushAsync();
        foreach (string blob in _registry.Blobs.Keys)
        {
            _registry.Blobs.TryRemove(blob, out _);
            Assert.Null(await _images.FindAsync(_order, CancellationToken.None));
            Assert.Equal(image, await PushAsync());
            Assert.Equal(image, await _images.FindAsync(_order, CancellationToken.None));
        }
    }

    [Theory]
    [InlineData("no manifest")]
    [InlineData("{}")]
    [InlineData("""{"annotations":{"org.criu.checkpoint.container.name":"app"},"config":{"digest":"../x"},"layers":[{"digest":"x"}]}""")]
    public async Task Something_else_under_the_tag_is_replaced(string other)
    {
        _registry.Manifests[Tag] = Encoding.UTF8.GetBytes(other);
        Assert.Null(await _images.FindAsync(_order, CancellationToken.None));

        string image = await PushAsync();
        Assert.Equal(image, await _images.FindAsync(_order, CancellationToken.None));
    }

    [Theory]
    [InlineData("config")]
    [InlineData("layers")]
    public async Task A_manifest_of_this_checkpoint_with_names_of_blobs_that_are_none_does_not_count(string field)
    {
        await PushAsync();
        JsonNode manifest = JsonNode.Parse(_registry.Manifests[Tag])!;
        (field is "config" ? manifest[field]! : manifest[field]![0]!)["digest"] = "sha256:../../x";
        _registry.Manifests[Tag] = Encoding.UTF8.GetBytes(manifest.ToJsonString());

        Assert.Null(await _images.FindAsync(_order, CancellationToken.None));
    }

    [Fact]
    public async Task A_manifest_that_somebody_replaced_during_the_push_fails_it()
    {
        string before = await PushAsync();
        JsonNode manifest = JsonNode.Parse(_registry.Manifests[Tag])!;
        manifest["config"]!["size"] = 1;
        _registry.Trouble = context =>
        {
            if (context.Request.Method is "GET")
            {
                _registry.Manifests[Tag] = Encoding.UTF8.GetBytes(manifest.ToJsonString());
            }

            return null;
        };
        CheckpointImageException problem = await Assert.ThrowsAsync<CheckpointImageException>(PushAsync);
        Assert.Contains("another manifest", problem.Message, StringComparison.Ordinal);

        _registry.Trouble = static _ => null;
        Assert.Equal(before, await PushAsync());
    }

    private Task<string> PushAsync() => _images.PushAsync(_order, () => new MemoryStream(_archive, writable: false), CancellationToken.None);
}
