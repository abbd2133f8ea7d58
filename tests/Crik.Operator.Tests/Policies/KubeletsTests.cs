using System.Text.Json.Nodes;
using Crik.Kubernetes.Access;
using Crik.Kubernetes.Api;
using Crik.Kubernetes.Resources;
using Crik.NodeAgent.Tests.Simulation;
using Crik.Operator.Configuration;
using Crik.Operator.Policies.Cluster;
using Crik.Operator.Policies.Measuring;
using Crik.StandIn;
using Microsoft.AspNetCore.Http;

namespace Crik.Operator.Tests.Policies;

/// <summary>Asks stand-ins for kubelets. One has a certificate of the cluster's authority, the other one has signed its own.</summary>
public sealed class KubeletsTests : IAsyncLifetime
{
    private const string Summary = """
        {"node":{"cpu":{"time":"2026-11-23T18:00:00Z","usageNanoCores":2000000000},"memory":{"workingSetBytes":7} },
         "pods":[{"podRef":{"name":"web","namespace":"team"},"cpu":{"time":"2026-11-23T18:00:00Z","usageNanoCores":1000000000},"memory":{"workingSetBytes":5} }]}
        """;

    private readonly List<string> _asked = [];
    private bool _mayGetTokens = true;
    private bool _refusesTokens;
    private StandInApiServer _cluster = null!;
    private StandInApiServer _stranger = null!;
    private KubernetesApi _api = null!;
    private ClusterAccess _access = null!;

    public async Task InitializeAsync()
    {
        _cluster = await StandInApiServer.StartAsync();
        _stranger = await StandInApiServer.StartAsync();
        _cluster.Intercept = context => AnswerAsync("cluster", context);
        _stranger.Intercept = context => AnswerAsync("stranger", context);
        _access = new ClusterAccess
        {
            Server = _cluster.Address,
            Authorities = ConfiguredText.Fixed(_cluster.Certificates.AuthorityPem),
            Credentials = Credentials.Bearer(ConfiguredText.Fixed("operator")),
        };
        _api = new KubernetesApi(_access, "crik-tests/1");
    }

    public async Task DisposeAsync()
    {
        _api.Dispose();
        await _cluster.DisposeAsync();
        await _stranger.DisposeAsync();
    }

    [Fact]
    public async Task A_kubelet_gets_a_token_that_is_not_that_of_the_operator()
    {
        LoadReading reading = await ReadAsync(new PolicyOptions { KubeletAccount = "narrow" }, _cluster);

        Assert.Equal(new Load(2, 7, SomePolicy.Now), reading.Nodes["node-1"]);
        Assert.Equal(new Load(1, 5, SomePolicy.Now), reading.Of(new ObjectName("team", "web"), "node-1"));
        Assert.Null(reading.Problem);
        Assert.Equal(["cluster: POST /api/v1/namespaces/crik/serviceaccounts/narrow/token Bearer operator", "cluster: GET /stats/summary Bearer narrow-token"], _asked);
    }

    [Fact]
    public async Task A_kubelet_whose_certificate_cannot_be_verified_is_not_asked()
    {
        LoadReading reading = await ReadAsync(new PolicyOptions { KubeletAccount = "narrow" }, _stranger);

        Assert.Empty(reading.Nodes);
        Assert.StartsWith("The kubelet of node-1: cannot reach the kubelet", reading.Problem, StringComparison.Ordinal);
        Assert.DoesNotContain(_asked, static one => one.StartsWith("stranger", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Only_an_administrator_can_have_it_asked_all_the_same()
    {
        LoadReading reading = await ReadAsync(new PolicyOptions { KubeletAccount = "narrow", SkipsKubeletTls = true }, _stranger);

        Assert.Single(reading.Nodes);
        Assert.Contains("stranger: GET /stats/summary Bearer narrow-token", _asked);
    }

    [Fact]
    public async Task Without_a_token_no_kubelet_is_asked()
    {
        _mayGetTokens = false;

        LoadReading reading = await ReadAsync(new PolicyOptions { KubeletAccount = "narrow" }, _cluster);

        Assert.StartsWith("There is no token for the kubelets:", reading.Problem, StringComparison.Ordinal);
        Assert.Single(_asked);
    }

    [Theory]
    [InlineData("not an address")]
    [InlineData("example.com")]
    [InlineData("[::1")]
    [InlineData("")]
    public async Task A_Node_whose_address_is_none_is_not_asked_and_the_others_are(string address)
    {
        LoadReading reading = await ReadAsync(new PolicyOptions { KubeletAccount = "narrow" }, _cluster, NodeOf("node-0", address), NodeOf("node-1", _cluster.Address.Host));

        Assert.Equal("node-1", Assert.Single(reading.Nodes).Key);
        Assert.Equal("The kubelet of node-0: the Node has no InternalIP that is an IP address, so its load is not known.", reading.Problem);
    }

    [Fact]
    public async Task A_token_is_renewed_when_it_gets_old_or_a_kubelet_refuses_it()
    {
        SimulatedClock clock = new();
        KubeletTokens tokens = new(_api, new OperatorOptions { Namespace = "crik", Policies = new PolicyOptions { KubeletAccount = "narrow" } }, clock);
        async Task<int> AskAsync(TimeSpan later)
        {
            clock.Move(later);
            await tokens.GetAsync(CancellationToken.None);
            return _asked.Count;
        }

        _mayGetTokens = false;
        await Assert.ThrowsAsync<KubernetesException>(() => AskAsync(TimeSpan.Zero));
        _mayGetTokens = true;
        Assert.Equal(2, await AskAsync(TimeSpan.Zero)); // a failure is no renewal
        Assert.Equal(2, await AskAsync(TimeSpan.FromSeconds(299)));
        Assert.Equal(3, await AskAsync(TimeSpan.FromSeconds(1)));
        tokens.Refused("narrow-token");
        Assert.Equal(3, await AskAsync(TimeSpan.FromMinutes(1))); // it was too young
        tokens.Refused("older-token");
        Assert.Equal(3, await AskAsync(TimeSpan.Zero));
        tokens.Refused("narrow-token");
        Assert.Equal(4, await AskAsync(TimeSpan.Zero));
    }

    [Fact]
    public async Task A_kubelet_that_answers_401_ends_the_token()
    {
        PolicyOptions options = new() { KubeletAccount = "narrow", KubeletPort = _cluster.Address.Port };
        SimulatedClock clock = new();
        using Kubelets kubelets = new(new KubeletTokens(_api, new OperatorOptions { Namespace = "crik", Policies = options }, clock), options, _access);
        ClusterLoads loads = new(_api, kubelets);
        _refusesTokens = true;
        await loads.FromKubeletsAsync([NodeOf("node-1", _cluster.Address.Host)], CancellationToken.None);
        clock.Move(TimeSpan.FromMinutes(1));
        await loads.FromKubeletsAsync([NodeOf("node-1", _cluster.Address.Host)], CancellationToken.None);
        Assert.Equal(1, Tokens);

        await loads.FromKubeletsAsync([NodeOf("node-1", _cluster.Address.Host)], CancellationToken.None);
        Assert.Equal(2, Tokens);
    }

    private int Tokens => _asked.Count(static one => one.Contains("POST", StringComparison.Ordinal));

    private Task<LoadReading> ReadAsync(PolicyOptions policies, StandInApiServer kubelet) => ReadAsync(policies, kubelet, NodeOf("node-1", kubelet.Address.Host));

    private async Task<LoadReading> ReadAsync(PolicyOptions policies, StandInApiServer kubelet, params JsonObject[] nodes)
    {
        PolicyOptions options = policies with { KubeletPort = kubelet.Address.Port };
        KubeletTokens tokens = new(_api, new OperatorOptions { Namespace = "crik", Policies = options }, TimeProvider.System);
        using Kubelets kubelets = new(tokens, options, _access);
        return await new ClusterLoads(_api, kubelets).FromKubeletsAsync(nodes, CancellationToken.None);
    }

    private static JsonObject NodeOf(string name, string address) => JsonNode.Parse($$"""
        {"metadata":{"name":"{{name}}"},"status":{"addresses":[{"type":"Hostname","address":"elsewhere"},{"type":"InternalIP","address":"{{address}}"}]} }
        """)!.AsObject();

    private async Task<bool> AnswerAsync(string name, HttpContext context)
    {
        lock (_asked)
        {
            _asked.Add($"{name}: {context.Request.Method} {context.Request.Path} {context.Request.Headers.Authorization}");
        }

        if (context.Request.Method is "POST" && !_mayGetTokens)
        {
            await StandInApiServer.RefuseAsync(context, 403, "Forbidden", "serviceaccounts/token is forbidden");
            return true;
        }

        if (context.Request.Method is "GET" && _refusesTokens)
        {
            await StandInApiServer.RefuseAsync(context, 401, "Unauthorized", "Unauthorized");
            return true;
        }

        await context.Response.WriteAsync(context.Request.Method is "POST" ? """{"status":{"token":"narrow-token"} }""" : Summary);
        return true;
    }
}
