using Crik.Contracts.Conditions;
using Crik.Contracts.PodCheckpoints;
using Crik.NodeAgent.Leading;

namespace Crik.NodeAgent.Tests.Leading;

public sealed class RetentionTests
{
    private static readonly DateTimeOffset s_now = new(2026, 11, 23, 18, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Without_limits_everything_is_kept() => Assert.Empty(Expired(new RetentionRules(), Item("a", 1000), Item("b", 1)));

    [Fact]
    public void The_newest_of_each_container_are_kept()
    {
        RetentionRules rules = new() { Container = new RetentionLimit(2, null) };
        Assert.Equal(["a"], Expired(rules, Item("a", 3), Item("b", 2), Item("c", 1), Item("d", 9, pod: "db")));
    }

    [Fact]
    public void An_object_stays_while_one_of_its_containers_needs_it()
    {
        RetentionRules rules = new() { Container = new RetentionLimit(1, null) };
        PodCheckpointDocument both = Item("both", 2);
        both = both with { Status = both.Status! with { Containers = [.. both.Status.Containers!, new ContainerCheckpoint { Name = "side", Bytes = 1 }] } };
        Assert.Empty(Expired(rules, both, Item("app", 1)));
    }

    [Fact]
    public void Bytes_are_counted_from_the_newest_which_always_stays()
    {
        RetentionRules rules = new() { Pod = new RetentionLimit(null, 150) };
        Assert.Equal(["a"], Expired(rules, Item("a", 3), Item("b", 2, bytes: 50), Item("c", 1)));
        Assert.Empty(Expired(rules, Item("large", 1, bytes: 1000)));
    }

    [Fact]
    public void A_namespace_has_a_limit_for_all_of_its_pods() =>
        Assert.Equal(["a"], Expired(new RetentionRules { Namespace = new RetentionLimit(1, null) }, Item("a", 2, pod: "db"), Item("b", 1)));

    [Fact]
    public void What_is_too_old_expires_also_if_it_failed_or_is_of_crik()
    {
        RetentionRules rules = new() { MaxAge = TimeSpan.FromHours(5) };
        PodCheckpointDocument failed = Item("failed", 6), crik = Item("crik", 6);
        failed = failed with { Status = failed.Status! with { Conditions = [] } };
        crik = crik with { Status = crik.Status! with { Engine = CheckpointEngines.Crik } };
        Assert.Equal(["crik", "failed"], Expired(rules, failed, crik, Item("young", 5)));
    }

    [Fact]
    public void Pinned_objects_stay_and_count_for_nothing()
    {
        RetentionRules rules = new() { Container = new RetentionLimit(1, null), MaxAge = TimeSpan.FromHours(5) };
        PodCheckpointDocument pinned = Item("pinned", 9);
        pinned = pinned with { Metadata = pinned.Metadata! with { Labels = new Dictionary<string, string> { [PodCheckpointNames.PinnedLabel] = "true" } } };
        Assert.Empty(Expired(rules, pinned, Item("a", 1)));
    }

    [Fact]
    public void Objects_in_work_or_in_deletion_are_left_alone()
    {
        RetentionRules rules = new() { MaxAge = TimeSpan.FromHours(5) };
        PodCheckpointDocument working = Item("working", 9), deleted = Item("deleted", 9);
        working = working with { Status = working.Status! with { CompletionTime = null } };
        deleted = deleted with { Metadata = deleted.Metadata! with { DeletionTimestamp = s_now } };
        Assert.Empty(Expired(rules, working, deleted));
    }

    private static string[] Expired(RetentionRules rules, params PodCheckpointDocument[] items) =>
        [.. Retention.Choose(items, rules, s_now).Select(expired => expired.Item.Metadata!.Name!).Order(StringComparer.Ordinal)];

    private static PodCheckpointDocument Item(string name, int hours, string pod = "web", long bytes = 100) => new()
    {
        Metadata = new ObjectMetadata { Name = name, Namespace = "team", Uid = name },
        Spec = new PodCheckpointSpec { Pod = pod },
        Status = new PodCheckpointStatus
        {
            Engine = CheckpointEngines.Kubelet,
            CompletionTime = s_now.AddHours(-hours),
            Conditions = [new Condition { Type = PodCheckpointConditions.Ready, Status = Condition.True }],
            Containers = [new ContainerCheckpoint { Name = "app", Bytes = bytes }],
        },
    };
}
