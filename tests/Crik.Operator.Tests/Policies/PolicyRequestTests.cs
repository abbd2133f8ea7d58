using Crik.Contracts.MigrationPolicies;
using Crik.Contracts.PodMigrations;
using Crik.Operator.Policies.Deciding;

namespace Crik.Operator.Tests.Policies;

public sealed class PolicyRequestTests
{
    public static TheoryData<string, MigrationPolicySpec> Wrong => new()
    {
        { "spec.nodeSelector must name at least one label. kubernetes.io/os: linux is all nodes.", SomePolicy.Spec with { NodeSelector = new Dictionary<string, string>() } },
        { "spec.pods.namespaces must name at least one namespace.", SomePolicy.Spec with { Pods = null } },
        { "spec.pods.namespaces must name at least one namespace.", SomePolicy.Spec with { Pods = new PolicyPods { Namespaces = [] } } },
        {
            "spec.pods.selector must name at least one label. Leave it out for all pods of the namespaces.",
            SomePolicy.Spec with { Pods = new PolicyPods { Namespaces = ["team"], Selector = new MigrationSelector() } }
        },
        { "spec.thresholds must have cpu or memory or both.", SomePolicy.Spec with { Thresholds = new PolicyThresholds() } },
        { "spec.thresholds.cpu must have above and until, in percent, and until must be less than above.", SomePolicy.Spec with { Thresholds = With(80, 80) } },
        { "spec.thresholds.cpu must have above and until, in percent, and until must be less than above.", SomePolicy.Spec with { Thresholds = With(80, null) } },
        { "spec.thresholds.cpu must have above and until, in percent, and until must be less than above.", SomePolicy.Spec with { Thresholds = With(101, 50) } },
        { "spec.thresholds.cpu must have above and until, in percent, and until must be less than above.", SomePolicy.Spec with { Thresholds = With(50, 0) } },
        { "spec.for must be a duration of at least 1s, such as 5m, not 'soon'.", SomePolicy.Spec with { For = "soon" } },
        { "spec.coolDown must be a duration of at least 1s, such as 10m, not '0s'.", SomePolicy.Spec with { CoolDown = "0s" } },
        { "spec.maxConcurrent must be at least 1.", SomePolicy.Spec with { MaxConcurrent = 0 } },
        { "spec.order may have priority, memory, cpu, moveTime, and not 'age'.", SomePolicy.Spec with { Order = ["priority", "age"] } },
        {
            "spec.to must have a node or a nodeSelector, not both.",
            SomePolicy.Spec with { To = new MigrationDestination { Node = "a", NodeSelector = new Dictionary<string, string> { ["a"] = "b" } } }
        },
        { "spec.source must be metrics or summary, not 'proxy'.", SomePolicy.Spec with { Source = "proxy" } },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void A_spec_that_cannot_be_followed_is_refused_with_its_field(string problem, MigrationPolicySpec spec)
    {
        Assert.Null(PolicyRequest.Read(SomePolicy.Policy(spec), out string found));
        Assert.Equal(problem, found);
    }

    [Fact]
    public void Without_more_than_it_must_say_it_is_a_dry_run_of_one_move_at_a_time_with_metrics()
    {
        PolicyRequest request = SomePolicy.Request(SomePolicy.Spec with { DryRun = null, For = null, CoolDown = null });

        Assert.Equal((true, 1, false, false), (request.IsDryRun, request.MaxConcurrent, request.IsSummary, request.IsSuspended));
        Assert.Equal((TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(10)), (request.For, request.CoolDown));
        Assert.Equal(["priority", "memory", "moveTime"], request.Order);
    }

    [Fact]
    public void Only_nodes_with_all_labels_are_watched_and_only_those_of_to_are_destinations()
    {
        PolicyRequest anywhere = SomePolicy.Request(), one = SomePolicy.Request(SomePolicy.Spec with { To = new MigrationDestination { Node = "node-2" } });
        Dictionary<string, string> work = new() { ["pool"] = "work" }, other = new() { ["pool"] = "rest" };

        Assert.True(anywhere.Watches(work));
        Assert.False(anywhere.Watches(other));
        Assert.True(anywhere.Allows("node-3", other));
        Assert.True(one.Allows("node-2", other));
        Assert.False(one.Allows("node-3", work));
    }

    private static PolicyThresholds With(int? above, int? until) => new() { Cpu = new PolicyThreshold { Above = above, Until = until } };
}
