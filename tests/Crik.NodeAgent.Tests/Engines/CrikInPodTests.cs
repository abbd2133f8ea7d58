using Crik.Kubernetes.Access;
using Crik.Kubernetes.Api;
using Crik.Kubernetes.Exec;
using Crik.NodeAgent.Archives;
using Crik.NodeAgent.Engines;
using Crik.NodeAgent.Steps;
using Crik.StandIn;

namespace Crik.NodeAgent.Tests.Engines;

/// <summary>Gives orders to a stand-in for crik in a container.</summary>
public sealed class CrikInPodTests : IAsyncLifetime
{
    private static readonly ContainerName s_container = new("team", "web", "app");

    private readonly List<string> _commands = [];
    private Func<StandInExecCall, Task> _answer = static call => call.EndAsync(0);
    private StandInApiServer _server = null!;
    private KubernetesApi _api = null!;
    private CrikInPod _crik = null!;

    public async Task InitializeAsync()
    {
        _server = await StandInApiServer.StartAsync();
        _server.Intercept = new StandInExec(call =>
        {
            _commands.Add(string.Join(' ', call.Command));
            return _answer(call);
        }).AnswerAsync;
        _api = new KubernetesApi(new ClusterAccess { Server = _server.Address, Authorities = ConfiguredText.Fixed(_server.Certificates.AuthorityPem) }, "crik-tests/1");
        _crik = new CrikInPod(new PodExec(_api));
    }

    public async Task DisposeAsync()
    {
        _api.Dispose();
        await _server.DisposeAsync();
    }

    [Theory]
    [InlineData(true, "/opt/crik/bin/crik checkpoint --leave-running")]
    [InlineData(false, "/opt/crik/bin/crik checkpoint")]
    public async Task An_order_gives_the_generation_that_crik_prints(bool runsOn, string command)
    {
        _answer = static async call =>
        {
            await call.WriteOutputAsync("checkpoint 12 was made\n");
            await call.EndAsync(0);
        };
        Assert.Equal(new CrikAnswer.Made(new CrikGeneration(12, null, null)), await OrderAsync(runsOn));
        Assert.Equal([command], _commands);
    }

    [Fact]
    public async Task A_connection_that_ends_with_the_container_loses_no_result()
    {
        _answer = static call => call.WriteOutputAsync("checkpoint 3 was made\n"); // and then the connection ends without an exit code
        Assert.IsType<CrikAnswer.Made>(await OrderAsync(runsOn: false));
    }

    [Fact]
    public async Task A_connection_that_breaks_before_leaves_it_open()
    {
        _answer = static call =>
        {
            call.Break();
            return Task.CompletedTask;
        };
        Assert.IsType<CrikAnswer.Lost>(await OrderAsync(runsOn: true));
    }

    [Fact]
    public async Task What_crik_says_is_the_reason_that_there_is_no_checkpoint()
    {
        _answer = static async call =>
        {
            await call.WriteErrorAsync("first\n18:00:00 no checkpoint was made: the disk is full\n");
            await call.EndAsync(1);
        };
        Assert.Contains("the disk is full", Assert.IsType<CrikAnswer.Refused>(await OrderAsync(runsOn: true)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Only_a_crik_that_runs_the_program_answers()
    {
        Assert.True(await _crik.AnswersAsync(s_container, CancellationToken.None));
        _answer = static call => call.EndAsync(1);
        Assert.False(await _crik.AnswersAsync(s_container, CancellationToken.None));
        _answer = static call => call.FailAsync("exec: \"crik\": executable file not found in $PATH");
        Assert.False(await _crik.AnswersAsync(s_container, CancellationToken.None));
        Assert.Equal("crik status --ready", _commands[^1]);
    }

    [Theory]
    [InlineData(429)]
    [InlineData(500)]
    [InlineData(503)]
    public async Task An_API_server_in_trouble_decides_nothing_about_crik(int status)
    {
        _server.Intercept = context =>
        {
            context.Response.StatusCode = status;
            return Task.FromResult(true);
        };
        await Assert.ThrowsAsync<KubernetesException>(() => _crik.AnswersAsync(s_container, CancellationToken.None));
        Assert.IsType<CrikAnswer.Lost>(await OrderAsync(runsOn: true));
    }

    [Fact]
    public void Of_the_list_only_a_committed_checkpoint_since_the_intent_counts()
    {
        const string List = """
            {"checkpoints":[{"generation":3,"state":"committed","createdAt":"2026-11-23T17:59:59Z","bytes":1},
            {"generation":4,"state":"committed","createdAt":"2026-11-23T18:00:01Z","bytes":2},
            {"generation":5,"state":"failed","createdAt":"2026-11-23T18:00:02Z","bytes":3}]}
            """;
        DateTimeOffset since = new(2026, 11, 23, 18, 0, 0, TimeSpan.Zero);
        Assert.Equal(new CrikGeneration(4, 2, since.AddSeconds(1)), CrikInPod.Newest(List, since));
        Assert.Null(CrikInPod.Newest(List, since.AddMinutes(1)));
        Assert.Null(CrikInPod.Newest("no JSON", since));
    }

    private Task<CrikAnswer> OrderAsync(bool runsOn) => _crik.CheckpointAsync(s_container, runsOn, TimeSpan.FromSeconds(30), CancellationToken.None);
}
