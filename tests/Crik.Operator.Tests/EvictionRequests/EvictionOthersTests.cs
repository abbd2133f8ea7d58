using System.Text.Json.Nodes;
using Crik.Contracts.PodMigrations;
using Crik.Pods.Reading;

namespace Crik.Operator.Tests.EvictionRequests;

/// <summary>Answers an Eviction while PodMigrations of somebody else are in the way.</summary>
public sealed class EvictionOthersTests : EvictionStage
{
    [Fact]
    public async Task A_pod_that_somebody_else_has_failed_to_move_is_moved_by_crik()
    {
        string uid = Store.All("pods")[0].Uid;
        Store.Put(Migrations, JsonNode.Parse($$"""
            {"metadata":{"name":"drain","namespace":"team"},"spec":{"pod":"web"},
             "status":{"startTime":"2026-11-24T11:59:00Z","pods":[{"name":"web","uid":"{{uid}}","startTime":"2026-11-24T11:59:00Z","destination":"node-2"}]} }
            """)!.AsObject());
        await UntilItWaitsAsync();
        Assert.Contains("by the PodMigration drain", Own().At("message").Text(), StringComparison.Ordinal);

        End(PodMigrationReasons.Timeout);
        Clock.Move(TimeSpan.FromMinutes(1));
        await UntilItWaitsAsync();

        Assert.Null(Own().At("completionTime"));
        Assert.Equal(uid, Assert.Single(Store.All(Migrations), static item => item.Json.At("metadata", "name").Text() != "drain").Json.At("spec", "podUID").Text());
    }

    [Fact]
    public async Task A_PodMigration_of_the_same_name_that_is_not_for_the_pod_ends_the_work()
    {
        string name = $"eviction-{Store.All(Evictions)[0].Uid}";
        Store.Put(Migrations, JsonNode.Parse($$"""{"metadata":{"name":"{{name}}","namespace":"team"},"spec":{"pod":"other"} }""")!.AsObject());

        Assert.Null(await UntilItWaitsAsync());
        Assert.NotNull(Own().At("completionTime"));
        Assert.Contains("is not for it", Own().At("message").Text(), StringComparison.Ordinal);
        Assert.Single(Store.All(Migrations));
    }
}
