using Crik.Contracts.PodMigrations;
using Crik.Operator.EvictionRequests;
using Crik.Pods.Reading;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;

namespace Crik.Operator.Tests.EvictionRequests;

/// <summary>An operator that answers an Eviction is killed at any write, and takes back what nobody wants any more.</summary>
public sealed class EvictionRunTests : EvictionStage
{
    [Theory]
    [InlineData(0, false)] // nothing is lost
    [InlineData(1, false)]
    [InlineData(1, true)]
    [InlineData(2, false)]
    [InlineData(2, true)]
    [InlineData(3, false)]
    [InlineData(3, true)]
    public async Task An_operator_that_is_killed_at_any_write_moves_the_pod_once_and_says_so(int lost, bool isLostAfterwards)
    {
        (Lost, IsLostAfterwards) = (lost, isLostAfterwards);

        TimeSpan? pause = await UntilItWaitsAsync();
        Assert.Equal(EvictionDecision.Heartbeat, pause);
        Assert.Equal("web", Assert.Single(Store.All(Migrations)).Json.At("spec", "pod").Text());
        Assert.Contains("waits", Own().At("message").Text(), StringComparison.Ordinal);

        End(PodMigrationReasons.Completed);
        Assert.Null(await UntilItWaitsAsync());
        Assert.Single(Store.All(Migrations));
        Assert.NotNull(Own().At("completionTime"));
        Assert.Contains("was moved to the node node-2", Own().At("message").Text(), StringComparison.Ordinal);
        Assert.Equal(3, Store.Find(Evictions, "team", "pod-web")!.Json.At("status", "responders").Maps().Count());
        Assert.True(lost == 0 || isLostAfterwards || Writes > lost, "a write that was lost is done again");
    }

    [Fact]
    public async Task A_canceled_eviction_takes_the_move_back_before_the_pod_is_deleted()
    {
        await UntilItWaitsAsync();
        Store.Edit(Evictions, Store.All(Evictions)[0], static item => item["status"]!["targetResponders"]![1]!["state"] = "Canceled");

        Assert.Null(await UntilItWaitsAsync());
        Assert.Empty(Store.All(Migrations)); // nothing had begun, so no finalizer keeps it
    }

    [Fact]
    public async Task A_move_that_changed_since_it_was_read_is_not_taken_back()
    {
        await UntilItWaitsAsync();
        Store.Edit(Evictions, Store.All(Evictions)[0], static item => item["status"]!["targetResponders"]![1]!["state"] = "Canceled");
        Func<HttpContext, Task<bool>> answer = Server.Intercept!;
        Server.Intercept = context =>
        {
            if (context.Request.Method is "DELETE")
            {
                Announce(); // the operator before this one is still at work
            }

            return answer(context);
        };

        Assert.Null(await UntilItWaitsAsync());
        Assert.False(Assert.Single(Store.All(Migrations)).IsEnding);
    }

    [Fact]
    public async Task A_pod_that_cannot_move_is_left_to_the_next_responder()
    {
        await UntilItWaitsAsync();
        End(PodMigrationReasons.NoDestination);

        Assert.Null(await UntilItWaitsAsync());
        Assert.NotNull(Own().At("completionTime"));
        Assert.Contains("NoDestination", Own().At("message").Text(), StringComparison.Ordinal);
        Assert.NotNull(Store.Find("pods", "team", "web"));
    }

    [Fact]
    public async Task A_PodMigration_whose_Eviction_is_gone_is_removed()
    {
        await UntilItWaitsAsync();
        End(PodMigrationReasons.Completed);
        await UntilItWaitsAsync();
        Store.Remove(Evictions, Store.All(Evictions)[0]);

        Assert.Null(await UntilItWaitsAsync());
        Assert.Empty(Store.All(Migrations));
    }

    [Fact]
    public async Task An_API_server_without_Evictions_registers_nobody()
    {
        using EvictionApi evictions = new(Api, Clock, NullLogger<EvictionApi>.Instance);
        await evictions.AskAsync(CancellationToken.None);
        Assert.True(evictions.IsServed);

        Resources.Unknown.Add(Evictions);
        await evictions.AskAsync(CancellationToken.None);
        Assert.False(evictions.IsServed);
    }
}
