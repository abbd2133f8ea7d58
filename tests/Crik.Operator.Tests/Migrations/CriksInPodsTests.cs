using Crik.Kubernetes.Access;
using Crik.Kubernetes.Api;
using Crik.Kubernetes.Exec;
using Crik.Kubernetes.Resources;
using Crik.Operator.Migrations.Cluster;
using Crik.Operator.Migrations.Work;
using Crik.StandIn;

namespace Crik.Operator.Tests.Migrations;

public sealed class CriksInPodsTests : IAsyncLifetime
{
    private static readonly ObjectName s_pod = new("team", "web");
    private StandInApiServer _server = null!;
    private KubernetesApi _api = null!;
    private Func<StandInExecCall, Task> _crik = static call => call.EndAsync(0);
    private int _asked;

    public async Task InitializeAsync()
    {
        StandInExec exec = new(call =>
        {
            _asked++;
            return _crik(call);
        });
        _server = await StandInApiServer.StartAsync();
        _server.Intercept = exec.AnswerAsync;
        _api = new KubernetesApi(new ClusterAccess { Server = _server.Address, Authorities = ConfiguredText.Fixed(_server.Certificates.AuthorityPem) }, "crik-tests/1");
    }

    public async Task DisposeAsync()
    {
        _api.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task A_dead_node_is_an_unknown_answer_in_time_and_is_not_asked_again_at_once()
    {
        TaskCompletionSource never = new();
        _crik = _ => never.Task;
        CriksInPods criks = new(new PodExec(_api), TimeProvider.System) { Patience = TimeSpan.FromMilliseconds(300) };

        Assert.Null(await criks.ReadAsync(s_pod, ["app", "other"], CancellationToken.None));
        Assert.IsType<OrderAnswer.Unknown>(await criks.OrderAsync(s_pod, "app", isWanted: true, CancellationToken.None));
        Assert.Equal(1, _asked);
        never.SetResult();
    }

    [Fact]
    public async Task A_crik_that_refuses_says_why()
    {
        _crik = static async call =>
        {
            await call.WriteErrorAsync("crik: this container cannot make checkpoints\n");
            await call.EndAsync(5);
        };
        CriksInPods criks = new(new PodExec(_api), TimeProvider.System);

        OrderAnswer answer = await criks.OrderAsync(s_pod, "app", isWanted: true, CancellationToken.None);

        Assert.Contains("cannot make checkpoints", Assert.IsType<OrderAnswer.Refused>(answer).Why, StringComparison.Ordinal);
    }
}
