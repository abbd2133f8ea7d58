using System.Net;
using System.Text.Json.Nodes;
using Crik.NodeStateServer.Configuration;
using Crik.StandIn;
using Microsoft.Extensions.DependencyInjection;

namespace Crik.NodeStateServer.Tests.Endpoints;

public sealed class CallerTests : IAsyncLifetime
{
    private static readonly ServerOptions s_strict = RunningServer.Options with { RequireToken = true };
    private static readonly string s_callers = Jwt.For("callers");
    private static readonly string s_bad = Jwt.For("bad");
    private static readonly string s_node = StandInNodes.Name(1);

    private readonly ShiftedClock _clock = new();
    private readonly StandInCluster _cluster = new();
    private StandInApiServer _api = null!;

    public async Task InitializeAsync()
    {
        _cluster.Apply(StandInNodes.Make(1));
        _api = await StandInApiServer.StartAsync(_cluster);
        _api.GoodTokens.UnionWith(["good", s_callers]);
        _api.Audiences = [Jwt.Audience];
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
    [InlineData("Bearer BAD", HttpStatusCode.Unauthorized)]
    [InlineData("Bearer CALLERS", HttpStatusCode.OK)]
    [InlineData("bearer CALLERS", HttpStatusCode.OK)]
    public async Task With_require_token_only_a_good_token_is_accepted(string? form, HttpStatusCode expected)
    {
        string? authorization = form?.Replace("CALLERS", s_callers, StringComparison.Ordinal).Replace("BAD", s_bad, StringComparison.Ordinal);
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
            Assert.Equal(HttpStatusCode.OK, await AskAsync(server, $"Bearer {s_callers}"));
            Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync(server, $"Bearer {s_bad}"));
        }

        Assert.Equal(2, Reviews);
        _api.GoodTokens.Remove(s_callers);
        _api.GoodTokens.Add(s_bad);
        _clock.Forward(TimeSpan.FromMinutes(11));

        Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync(server, $"Bearer {s_callers}"));
        Assert.Equal(HttpStatusCode.OK, await AskAsync(server, $"Bearer {s_bad}"));
    }

    [Fact]
    public async Task A_token_must_have_the_configured_audience()
    {
        string authorization = $"Bearer {Jwt.For("callers", "crik")}";
        _api.GoodTokens.Add(Jwt.For("callers", "crik"));
        await using RunningServer server = await RunningServer.StartReadyAsync(_api, s_strict with { TokenAudience = "crik" });
        Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync(server, authorization));

        _api.Audiences = ["other", "crik"];
        await using RunningServer second = await RunningServer.StartReadyAsync(_api, s_strict with { TokenAudience = "crik" });
        Assert.Equal(HttpStatusCode.OK, await AskAsync(second, authorization));
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
            await Microsoft.AspNetCore.Http.HttpResponseWritingExtensions.WriteAsync(
                context.Response, "{\"status\":{\"authenticated\":true,\"user\":{\"username\":\"web\"}}}");
            return true;
        };
        await using RunningServer server = await RunningServer.StartReadyAsync(_api, s_strict);

        Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync(server, $"Bearer {s_callers}"));
    }

    [Fact]
    public async Task When_the_API_server_fails_known_good_tokens_stay_good_and_others_get_503()
    {
        await using RunningServer server = await RunningServer.StartReadyAsync(_api, s_strict, services => services.AddSingleton<TimeProvider>(_clock));
        Assert.Equal(HttpStatusCode.OK, await AskAsync(server, $"Bearer {s_callers}"));
        _api.Intercept = async context =>
        {
            await StandInApiServer.RefuseAsync(context, 500, "InternalError", "etcd");
            return true;
        };
        _clock.Forward(TimeSpan.FromMinutes(3));

        Assert.Equal(HttpStatusCode.OK, await AskAsync(server, $"Bearer {s_callers}"));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await AskAsync(server, $"Bearer {Jwt.For("new")}"));

        // The review of the known token runs behind its answer, and either review may be the one that logs.
        await Eventually.TrueAsync(
            () => Task.FromResult(server.Log.Any(line => line.Contains("could not be checked", StringComparison.Ordinal))), "the log says so");
        Assert.Single(server.Log, line => line.Contains("could not be checked", StringComparison.Ordinal));

        // The log must not contain a token.
        Assert.DoesNotContain(server.Log, line => line.Contains(s_callers, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Without_the_right_to_review_every_caller_gets_503_and_the_log_says_which_right_is_missing()
    {
        _api.Intercept = async context =>
        {
            bool isReview = context.Request.Path.Value!.EndsWith("/subjectaccessreviews", StringComparison.Ordinal);
            await (isReview ? StandInApiServer.RefuseAsync(context, 403, "Forbidden", "cannot create resource") : Task.CompletedTask);
            return isReview;
        };
        await using RunningServer server = await RunningServer.StartReadyAsync(_api, s_strict);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, await AskAsync(server, $"Bearer {s_callers}"));
        Assert.Single(server.Log, line => line.Contains("needs the right to create tokenreviews and subjectaccessreviews", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_token_for_the_API_server_is_not_accepted_by_default()
    {
        string token = Jwt.For("callers", "https://kubernetes.default.svc");
        _api.GoodTokens.Add(token);
        _api.Audiences = ["https://kubernetes.default.svc"];
        await using RunningServer server = await RunningServer.StartReadyAsync(_api, s_strict);

        Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync(server, $"Bearer {token}"));
    }

    [Fact]
    public async Task A_caller_needs_the_right_to_get_the_path_and_the_result_is_remembered()
    {
        JsonNode? asked = null;
        _api.MayAsk = spec => (asked = spec.DeepClone()) is null;
        await using RunningServer server = await RunningServer.StartReadyAsync(_api, s_strict with { AccessPath = "/crik" }, services => services.AddSingleton<TimeProvider>(_clock));

        Assert.Equal(HttpStatusCode.Forbidden, await AskAsync(server, $"Bearer {s_callers}"));
        Assert.Equal(HttpStatusCode.Forbidden, await AskAsync(server, $"Bearer {s_callers}"));
        Assert.Equal(1, AccessReviews);
        Assert.Equal(
            """{"user":"system:serviceaccount:shop:web","uid":"u-1","groups":["system:serviceaccounts","system:authenticated"],"extra":{"authentication.kubernetes.io/pod-name":["web-0"]},"nonResourceAttributes":{"path":"/crik","verb":"get"}}""",
            asked!.ToJsonString());

        _api.MayAsk = static _ => true;
        _clock.Forward(TimeSpan.FromSeconds(11));
        Assert.Equal(HttpStatusCode.OK, await AskAsync(server, $"Bearer {s_callers}"));
        Assert.Equal(HttpStatusCode.OK, await AskAsync(server, $"Bearer {s_callers}"));
        Assert.Equal(2, AccessReviews);
    }

    [Fact]
    public async Task Without_an_access_path_every_good_token_may_ask()
    {
        _api.MayAsk = static _ => false;
        await using RunningServer server = await RunningServer.StartReadyAsync(_api, s_strict with { AccessPath = null });

        Assert.Equal(HttpStatusCode.OK, await AskAsync(server, $"Bearer {s_callers}"));
        Assert.Equal(0, AccessReviews);
    }

    [Fact]
    public async Task A_busy_server_asks_callers_to_come_back()
    {
        TaskCompletionSource held = new();
        _api.Intercept = async context =>
        {
            if (context.Request.Path.Value!.EndsWith("/tokenreviews", StringComparison.Ordinal))
            {
                await held.Task;
            }

            return false;
        };
        await using RunningServer server = await RunningServer.StartReadyAsync(_api, s_strict);
        Task<HttpStatusCode>[] junk = [.. Enumerable.Range(0, 10).Select(number => AskAsync(server, $"Bearer {Jwt.For($"junk-{number}")}"))];

        Assert.Equal(HttpStatusCode.ServiceUnavailable, await await Task.WhenAny(junk));
        held.SetResult();
        Assert.Contains(HttpStatusCode.Unauthorized, await Task.WhenAll(junk));
    }

    private int AccessReviews => _api.Requests.Count(request => request.Contains("subjectaccessreviews", StringComparison.Ordinal));

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
