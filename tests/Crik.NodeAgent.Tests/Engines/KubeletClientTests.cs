using Crik.Contracts.PodCheckpoints;
using Crik.Kubernetes.Access;
using Crik.Kubernetes.Api;
using Crik.NodeAgent.Archives;
using Crik.NodeAgent.Engines;
using Crik.StandIn;
using Microsoft.AspNetCore.Http;

namespace Crik.NodeAgent.Tests.Engines;

/// <summary>Asks a stand-in for the kubelet.</summary>
public sealed class KubeletClientTests : IAsyncLifetime
{
    private static readonly ContainerName s_container = new("team", "web", "app");

    private StandInApiServer _server = null!;
    private KubernetesApi _api = null!;
    private KubeletClient _kubelet = null!;

    public async Task InitializeAsync()
    {
        _server = await StandInApiServer.StartAsync();
        _api = Api(_server.Certificates.AuthorityPem, _server.Address);
        _kubelet = new KubeletClient(_api, "/var/lib/kubelet/checkpoints");
    }

    public async Task DisposeAsync()
    {
        _api.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task The_archive_of_the_answer_is_returned_and_the_path_is_escaped()
    {
        Answer(200, """{"items":["/var/lib/kubelet/checkpoints/checkpoint-web_team-app-2026-11-23T18:32:36Z.tar"]}""");
        Assert.Equal(new KubeletAnswer.Made("checkpoint-web_team-app-2026-11-23T18:32:36Z.tar"), await AskAsync());
        await _kubelet.CheckpointAsync(new ContainerName("team", "a/../b", "app?x"), TimeSpan.FromSeconds(1.5), CancellationToken.None);
        Assert.Equal("POST /checkpoint/team/web/app?timeout=30", _server.Requests[0]);
        Assert.EndsWith("?timeout=2", _server.Requests[1], StringComparison.Ordinal);
        Assert.DoesNotContain("/b/app", _server.Requests[1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"items":["/etc/shadow.tar"]}""")]
    [InlineData("""{"items":["/var/lib/kubelet/checkpoints/a.tar","/var/lib/kubelet/checkpoints/b.tar"]}""")]
    [InlineData("""{"items":["/var/lib/kubelet/checkpoints/checkpoint-web_team-side-2026-11-23T18:32:36Z.tar"]}""")]
    [InlineData("""{"items":[]}""")]
    [InlineData("""{"items":[null]}""")]
    [InlineData("not JSON")]
    public async Task An_answer_that_names_no_archive_is_refused(string body)
    {
        Answer(200, body);
        Assert.Equal(PodCheckpointReasons.KubeletCannotCheckpoint, Assert.IsType<KubeletAnswer.Refused>(await AskAsync()).Reason);
    }

    [Theory]
    [InlineData(404, "pod does not exist", PodCheckpointReasons.PodNotFound)]
    [InlineData(404, "container app does not exist", PodCheckpointReasons.ContainerNotFound)]
    [InlineData(404, "404 page not found", PodCheckpointReasons.KubeletCannotCheckpoint)]
    [InlineData(403, "Forbidden (user=system:serviceaccount:crik:agent, verb=create, resource=nodes, subresource=[checkpoint])", PodCheckpointReasons.KubeletCannotCheckpoint)]
    [InlineData(500, "checkpointing of team/web/app failed (rpc error: criu failed)", PodCheckpointReasons.KubeletCannotCheckpoint)]
    public async Task Each_refusal_has_its_reason(int status, string text, string reason)
    {
        Answer(status, text);
        KubeletAnswer.Refused refused = Assert.IsType<KubeletAnswer.Refused>(await AskAsync());
        Assert.Equal(reason, refused.Reason);
        if (status == 500)
        {
            Assert.Contains("the kubelet", refused.Message, StringComparison.Ordinal);
            Assert.Contains("criu failed", refused.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_long_error_is_cut_and_has_no_control_characters()
    {
        Answer(500, new string('x', 5000) + "\u001b[31m");
        KubeletAnswer.Refused refused = Assert.IsType<KubeletAnswer.Refused>(await AskAsync());
        Assert.InRange(refused.Message.Length, 100, 800);
        Assert.DoesNotContain(refused.Message, char.IsControl);
    }

    [Theory]
    [InlineData(401)]
    [InlineData(503)]
    public async Task A_kubelet_that_cannot_answer_yet_is_asked_again(int status)
    {
        Answer(status, "later");
        Assert.IsType<KubeletAnswer.NotAsked>(await AskAsync());
    }

    [Fact]
    public async Task A_kubelet_whose_certificate_is_not_trusted_is_never_asked()
    {
        using StandInCertificates others = new();
        using KubernetesApi api = Api(others.AuthorityPem, _server.Address);
        Assert.IsType<KubeletAnswer.NotAsked>(await new KubeletClient(api, "/c").CheckpointAsync(s_container, TimeSpan.FromSeconds(30), CancellationToken.None));
        Assert.Empty(_server.Requests);
    }

    [Fact]
    public async Task A_kubelet_that_is_not_there_was_not_asked()
    {
        using KubernetesApi api = Api(_server.Certificates.AuthorityPem, new Uri($"https://127.0.0.1:{FreePorts.Find(1)[0]}"));
        Assert.IsType<KubeletAnswer.NotAsked>(await new KubeletClient(api, "/c").CheckpointAsync(s_container, TimeSpan.FromSeconds(30), CancellationToken.None));
    }

    [Fact]
    public async Task A_connection_that_breaks_leaves_it_open_whether_there_will_be_an_archive()
    {
        _server.Intercept = context =>
        {
            context.Abort();
            return Task.FromResult(true);
        };
        Assert.IsType<KubeletAnswer.Lost>(await AskAsync());
    }

    [Theory]
    [InlineData("checkpointing of team/web/app failed (rpc error: code = DeadlineExceeded desc = stopped)")]
    [InlineData("checkpointing of team/web/app failed (context deadline exceeded)")]
    public async Task A_container_runtime_that_takes_too_long_may_still_make_the_archive(string text)
    {
        Answer(500, text);
        Assert.IsType<KubeletAnswer.Lost>(await AskAsync());
    }

    private static KubernetesApi Api(string authority, Uri address) =>
        new(new ClusterAccess { Server = address, Authorities = ConfiguredText.Fixed(authority) }, "crik-tests/1") { Peer = "the kubelet" };

    private Task<KubeletAnswer> AskAsync() => _kubelet.CheckpointAsync(s_container, TimeSpan.FromSeconds(30), CancellationToken.None);

    private void Answer(int status, string body) => _server.Intercept = async context =>
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/plain";
        await context.Response.WriteAsync(body);
        return true;
    };
}
