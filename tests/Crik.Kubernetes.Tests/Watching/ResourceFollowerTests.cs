using Crik.Kubernetes.Access;
using Crik.Kubernetes.Api;
using Crik.Kubernetes.Watching;
using Crik.StandIn;
using Microsoft.AspNetCore.Http;

namespace Crik.Kubernetes.Tests.Watching;

public sealed class ResourceFollowerTests : IAsyncLifetime
{
    private readonly StandInCluster _cluster = new();
    private StandInApiServer _server = null!;

    public async Task InitializeAsync()
    {
        for (int i = 0; i < 5; i++)
        {
            _cluster.Apply(StandInNodes.Make(i));
        }

        _server = await StandInApiServer.StartAsync(_cluster);
    }

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task A_list_is_the_beginning_of_a_watch_where_the_API_server_can_do_that()
    {
        await using FollowedNodes nodes = new(_server);
        await nodes.UntilAsync(ResourceChangeKind.Opened);
        _cluster.Delete(StandInNodes.Name(1));
        await nodes.UntilAsync(ResourceChangeKind.Deleted);

        Assert.Single(_server.Requests);
        ResourceChangeKind present = ResourceChangeKind.Present;
        Assert.Equal(
            [ResourceChangeKind.ListBegins, present, present, present, present, present, ResourceChangeKind.Listed, ResourceChangeKind.WatchBegins,
                ResourceChangeKind.Opened, ResourceChangeKind.Deleted],
            nodes.Reports.Select(report => report.Kind));
        Assert.Equal("1005", nodes.Reports[6].Version);
        Assert.Equal(("1006", StandInNodes.Name(1)), (nodes.Reports[9].Version, nodes.Reports[9].Item!.Metadata!.Name));
    }

    [Fact]
    public async Task An_API_server_without_WatchList_is_asked_for_pages_and_not_again_for_a_WatchList()
    {
        _server.StreamsLists = false;
        await using FollowedNodes nodes = new(_server, new FollowOptions { PageSize = 2 });
        await nodes.UntilAsync(ResourceChangeKind.Opened);
        _cluster.Compact();
        _cluster.ChangeSomethingElse();
        _cluster.Compact();
        await _server.CutWatchesAsync();
        await nodes.UntilAsync(ResourceChangeKind.Listed, 2);

        Assert.Single(_server.Requests, request => request.Contains("sendInitialEvents", StringComparison.Ordinal));
        Assert.Equal(6, _server.Requests.Count(request => request.Contains("limit=2", StringComparison.Ordinal)));
        Assert.Equal(10, nodes.Count(ResourceChangeKind.Present));
    }

    [Fact]
    public async Task A_list_that_goes_silent_as_the_beginning_of_a_watch_is_read_in_pages()
    {
        _server.Intercept = async context =>
        {
            if (!context.Request.Query.ContainsKey("sendInitialEvents"))
            {
                return false;
            }

            await context.Response.Body.FlushAsync(); // an API server that ignores the parameter sends changes only
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return true;
        };
        await using FollowedNodes nodes = new(_server, new FollowOptions { IdleTimeout = TimeSpan.FromMilliseconds(200) });

        await nodes.UntilAsync(ResourceChangeKind.Listed);
        Assert.Equal(5, nodes.Count(ResourceChangeKind.Present));
    }

    [Fact]
    public async Task An_expired_version_after_status_200_is_a_failure_and_the_pauses_between_lists_grow()
    {
        _server.StreamsLists = false;
        _server.Intercept = Watches(context => StandInApiServer.SendErrorAsync(context, 410, "Expired", "too old resource version"));
        await using FollowedNodes nodes = new(_server);
        await nodes.UntilAsync(ResourceChangeKind.Failed, 4);

        Assert.Equal(0, nodes.Count(ResourceChangeKind.Opened));
        FollowTrouble[] expired = nodes.Troubles;
        Assert.All(expired, trouble => Assert.True(trouble.ListsAgain));
        Assert.Contains("too old resource version", expired[0].Problem, StringComparison.Ordinal);
        Assert.InRange(expired[0].Pause.TotalSeconds, 0.1, 0.2);
        Assert.InRange(expired[2].Pause.TotalSeconds, 0.4, 0.8);
    }

    [Theory]
    [InlineData(400, "BadRequest")]
    [InlineData(504, "Timeout")]
    [InlineData(503, "ServiceUnavailable")]
    [InlineData(401, "Unauthorized")]
    public async Task A_refused_watch_goes_on_from_its_version_without_a_list(int code, string reason)
    {
        _server.StreamsLists = false;
        int refusals = 0;
        _server.Intercept = Watches(context => Interlocked.Increment(ref refusals) > 2 ? null : StandInApiServer.RefuseAsync(context, code, reason, "not now"));
        await using FollowedNodes nodes = new(_server);

        await nodes.UntilAsync(ResourceChangeKind.Opened);

        Assert.Equal((2, 1), (nodes.Count(ResourceChangeKind.Failed), nodes.Count(ResourceChangeKind.ListBegins)));
        Assert.All(nodes.Troubles, trouble => Assert.False(trouble.ListsAgain));
    }

    [Fact]
    public async Task A_version_that_is_always_refused_is_given_up()
    {
        _server.StreamsLists = false;
        int refusals = 0;
        _server.Intercept = Watches(context =>
            Interlocked.Increment(ref refusals) > FollowDecision.MostRefusals ? null : StandInApiServer.RefuseAsync(context, 400, "BadRequest", "never"));
        await using FollowedNodes nodes = new(_server);

        await nodes.UntilAsync(ResourceChangeKind.Opened);

        Assert.Equal([false, false, true], nodes.Troubles.Select(trouble => trouble.ListsAgain));
        Assert.Equal(2, nodes.Count(ResourceChangeKind.Listed));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_pause_is_as_long_as_the_API_server_asks(bool inHeader)
    {
        int refusals = 0;
        _server.Intercept = async context =>
        {
            if (Interlocked.Increment(ref refusals) > 1)
            {
                return false;
            }

            if (inHeader)
            {
                context.Response.Headers.RetryAfter = "2";
                await StandInApiServer.RefuseAsync(context, 429, "TooManyRequests", "later");
            }
            else
            {
                context.Response.StatusCode = 503;
                await context.Response.WriteAsync("""{"kind":"Status","code":503,"message":"later","details":{"retryAfterSeconds":2}}""");
            }

            return true;
        };
        await using FollowedNodes nodes = new(_server);

        await nodes.UntilAsync(ResourceChangeKind.Listed);

        Assert.InRange(Assert.Single(nodes.Troubles).Pause.TotalSeconds, 2, 3);
    }

    [Fact]
    public async Task A_selection_is_sent_with_every_request()
    {
        _server.StreamsLists = false;
        await using FollowedNodes nodes = new(_server, null, new ResourceSelection(ResourceType.Core("nodes"), null, "a=b,c!=d", "metadata.name=x"));
        await nodes.UntilAsync(ResourceChangeKind.Opened);

        Assert.All(_server.Requests, request => Assert.EndsWith("labelSelector=a%3Db%2Cc%21%3Dd&fieldSelector=metadata.name%3Dx", request, StringComparison.Ordinal));
        Assert.Equal(3, _server.Requests.Length);
    }

    [Fact]
    public async Task A_program_that_fails_while_it_is_told_of_a_change_hears_of_its_failure()
    {
        using KubernetesApi api = new(new ClusterAccess { Server = _server.Address, Authorities = ConfiguredText.Fixed(_server.Certificates.AuthorityPem) }, "crik-tests/1");
        ResourceFollower<Thing> follower = new(api, new ResourceSelection(ResourceType.Core("nodes")), ThingJson.Default.Thing, new FollowOptions(), TimeProvider.System);

        await Assert.ThrowsAsync<InvalidTimeZoneException>(() => follower.FollowAsync(_ => throw new InvalidTimeZoneException(), CancellationToken.None));
    }

    /// <summary>Answers watches from a version. A null lets the stand-in answer.</summary>
    private static Func<HttpContext, Task<bool>> Watches(Func<HttpContext, Task?> answer) => async context =>
    {
        if (context.Request.Query["watch"] != "true" || context.Request.Query.ContainsKey("sendInitialEvents") || answer(context) is not { } answered)
        {
            return false;
        }

        await answered;
        return true;
    };
}
