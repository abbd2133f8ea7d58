using System.Net;
using Crik.NodeStateServer.Configuration;
using Crik.StandIn;
using Microsoft.Extensions.DependencyInjection;

namespace Crik.NodeStateServer.Tests.Endpoints;

public sealed class CallerTests : IAsyncLifetime
{
    private static readonly ServerOptions s_strict = RunningServer.Options with { RequireToken = true };
    private static readonly string s_node = StandInNodes.Name(1);

    private readonly ShiftedClock _clock = new();
    private readonly StandInCluster _cluster = new();
    private StandInApiServer _api = null!;

    public async Task InitializeAsync()
    {
        _cluster.Apply(StandInNodes.Make(1));
        _api = await StandInApiServer.StartAsync(_cluster);
        _api.GoodTokens.UnionWith(["good", "callers"]);
    }

    public async Task DisposeAsync() => await _api.DisposeAsync();

    [Fact]
    public async Task By_default_everybody_may_ask_and_no_token_is_reviewed()
    {
        await using RunningServer server = await RunningServer.StartReadyAsync(_api);

        Assert.Equal(HttpStatusCode.OK, await AskAsync(server, null));
        Assert.Equal(HttpStatusCode.OK, await AskAsync(server, "Bearer whatever"));
        Assert.Equal(0, Reviews);
    }

    [Theory]
    [InlineData(null, HttpStatusCode.Unauthorized)]
    [InlineData("Bearer ", HttpStatusCode.Unauthorized)]
    [InlineData("Basic Y2FsbGVycw==", HttpStatusCode.Unauthorized)]
    [InlineData("Bearer bad", HttpStatusCode.Unauthorized)]
    [InlineData("Bearer callers", HttpStatusCode.OK)]
    [InlineData("bearer callers", HttpStatusCode.OK)]
    public async Task With_require_token_only_a_good_token_is_accepted(string? authorization, HttpStatusCode expected)
    {
        await using RunningServer server = await RunningServer.StartReadyAsync(_api, s_strict);

        foreach (string path in (string[])[$"/v1/nodes/{s_node}", "/v1/nodes", $"/nodes/{s_node}", $"/node-state?name={s_node}"])
        {
            Assert.Equal(expected, await AskAsync(server, authorization, path));
        }
    }

    [Fact]
    public async Task A_refusal_asks_for_a_bearer_token_and_probes_and_metrics_need_none()
    {
        await using RunningServer server = await RunningServer.StartReadyAsync(_api, s_strict);

        using HttpResponseMessage refusal = await server.Http.GetAsync("/v1/nodes");

        Assert.Equal("Bearer", refusal.Headers.WwwAuthenticate.Single().Scheme);
        Assert.Equal(1, await server.MetricAsync("crik_ready"));
        Assert.True(await server.IsReadyAsync());
    }

    [Fact]
    public async Task Good_and_bad_tokens_are_remembered_for_a_while()
    {
        await using RunningServer server = await RunningServer.StartReadyAsync(_api, s_strict, services => services.AddSingleton<TimeProvider>(_clock));
        for (int i = 0; i < 5; i++)
        {
            Assert.Equal(HttpStatusCode.OK, await AskAsync(server, "Bearer callers"));
            Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync(server, "Bearer bad"));
        }

        Assert.Equal(2, Reviews);
        _api.GoodTokens.Remove("callers");
        _api.GoodTokens.Add("bad");
        _clock.Forward(TimeSpan.FromMinutes(3));

        Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync(server, "Bearer callers"));
        Assert.Equal(HttpStatusCode.OK, await AskAsync(server, "Bearer bad"));
    }

    [Fact]
    public async Task A_token_must_have_the_configured_audience()
    {
        await using RunningServer server = await RunningServer.StartReadyAsync(_api, s_strict with { TokenAudience = "crik" });
        Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync(server, "Bearer callers"));

        _api.Audiences = ["other", "crik"];
        await using RunningServer second = await RunningServer.StartReadyAsync(_api, s_strict with { TokenAudience = "crik" });
        Assert.Equal(HttpStatusCode.OK, await AskAsync(second, "Bearer callers"));
    }

    [Fact]
    public async Task A_review_without_audiences_does_not_accept_the_token()
    {
        _api.Intercept = async context =>
        {
            if (!context.Request.Path.Value!.EndsWith("/tokenreviews", StringComparison.Ordinal))
            {
                return false;
            }

            context.Response.StatusCode = 201;
            await Microsoft.AspNetCore.Http.HttpResponseWritingExtensions.WriteAsync(context.Response, "{\"status\":{\"authenticated\":true}}");
            return true;
        };
        await using RunningServer server = await RunningServer.StartReadyAsync(_api, s_strict with { TokenAudience = "crik" });

        Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync(server, "Bearer callers"));
    }

    [Fact]
    public async Task When_the_API_server_fails_known_good_tokens_stay_good_and_others_get_503()
    {
        await using RunningServer server = await RunningServer.StartReadyAsync(_api, s_strict, services => services.AddSingleton<TimeProvider>(_clock));
        Assert.Equal(HttpStatusCode.OK, await AskAsync(server, "Bearer callers"));
        _api.Intercept = async context =>
        {
            await StandInApiServer.RefuseAsync(context, 500, "InternalError", "etcd");
            return true;
        };
        _clock.Forward(TimeSpan.FromMinutes(3));

        Assert.Equal(HttpStatusCode.OK, await AskAsync(server, "Bearer callers"));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await AskAsync(server, "Bearer new"));

        // The log must not contain a token.
        Assert.DoesNotContain(server.Log, line => line.Contains("callers", StringComparison.Ordinal));
    }

    private int Reviews => _api.Requests.Count(request => request.Contains("tokenreviews", StringComparison.Ordinal));

    private static async Task<HttpStatusCode> AskAsync(RunningServer server, string? authorization, string? path = null)
    {
        using HttpRequestMessage request = new(HttpMethod.Get, path ?? $"/v1/nodes/{s_node}");
        if (authorization is not null)
        {
            request.Headers.TryAddWithoutValidation("Authorization", authorization);
        }

        using HttpResponseMessage response = await server.Http.SendAsync(request);
        return response.StatusCode;
    }
}
