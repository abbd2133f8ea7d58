using Crik.Contracts.MigrationPolicies;
using Crik.Contracts.PodMigrations;
using Crik.Operator.Admission;
using Crik.Operator.Policies.Deciding;

namespace Crik.Operator.Tests.Policies;

public sealed class CandidatesTests
{
    private static readonly MeasuredPod[] s_pods =
    [
        SomePolicy.Pod("important", cpu: 60, memory: 40, priority: 1000),
        SomePolicy.Pod("large", cpu: 10, memory: 30) with { MoveTime = TimeSpan.FromSeconds(9) },
        SomePolicy.Pod("busy", cpu: 30, memory: 5) with { MoveTime = TimeSpan.FromSeconds(2) },
        SomePolicy.Pod("unmeasured", cpu: 20, memory: 20),
    ];

    [Theory]
    [InlineData("large unmeasured busy important", "priority", "memory", "moveTime")]
    [InlineData("important large unmeasured busy", "memory")]
    [InlineData("important busy unmeasured large", "cpu", "memory")]
    [InlineData("busy large important unmeasured", "moveTime", "memory")]
    [InlineData("busy large unmeasured important", "priority", "moveTime")]
    public void Pods_are_sorted_by_the_order_of_the_policy(string expected, params string[] order)
    {
        PolicyFacts facts = SomePolicy.Facts() with { Pods = s_pods, Nodes = [SomePolicy.Node("node-1", 90), SomePolicy.Node("node-2", 0)] };

        Assert.Equal(expected.Split(' '), Names(facts, SomePolicy.Spec with { Order = order }));
    }

    [Fact]
    public void Pods_without_crik_without_a_controller_or_that_would_be_no_relief_are_left_alone()
    {
        MeasuredPod pod = SomePolicy.Pod("web");

        Assert.Contains("runs under crik and belongs to", Why(pod with { Pod = pod.Pod with { CrikContainers = [] } }), StringComparison.Ordinal);
        Assert.Contains("runs under crik and belongs to", Why(pod with { Pod = pod.Pod with { Owner = null } }), StringComparison.Ordinal);
        Assert.Contains("runs under crik and belongs to", Why(pod with { Pod = pod.Pod with { Owner = new Owner("DaemonSet", "apps", "a", "b") } }), StringComparison.Ordinal);
        Assert.Contains("uses less than 1 % of the node's cpu", Why(SomePolicy.Pod("web", cpu: 0.9)), StringComparison.Ordinal);
        Assert.Contains("No pod that the policy may move runs there", Why(pod with { Pod = pod.Pod with { Phase = "Pending" } }), StringComparison.Ordinal);
        Assert.Contains("No pod that the policy may move runs there", Why(pod with { Pod = pod.Pod with { DeletedAt = SomePolicy.Now } }), StringComparison.Ordinal);
        Assert.Contains("No pod that the policy may move runs there", Why(SomePolicy.Pod("web", node: "node-2")), StringComparison.Ordinal);
        Assert.Equal("", Why(pod));
    }

    [Fact]
    public void A_pod_that_another_PodMigration_moves_and_its_siblings_are_left_alone()
    {
        PolicyFacts facts = SomePolicy.Facts() with { Pods = [SomePolicy.Pod("web", owner: "set")] };
        PodMigrationDocument byName = SomePolicy.Migration("m") with { Spec = new PodMigrationSpec { Pod = "web" } };
        PodMigrationDocument sibling = SomePolicy.Migration("m", new PodMigrationStatus { Pods = [new PodMove { Uid = "other", OwnerUid = "set" }] });
        PodMigrationDocument ended = sibling with { Status = sibling.Status! with { CompletionTime = SomePolicy.Now } };

        Assert.Empty(Names(facts with { Migrations = [byName] }));
        Assert.Empty(Names(facts with { Migrations = [sibling] }));
        Assert.Equal(["web"], Names(facts with { Migrations = [ended] }));
    }

    [Theory]
    [InlineData(40, 10, 20, true)]
    [InlineData(41, 10, 20, false)]
    [InlineData(10, 65, 20, true)]
    [InlineData(10, 66, 20, false)]
    public void No_destination_comes_above_its_lower_thresholds(int cpu, int memory, int pod, bool isPossible)
    {
        PolicyFacts facts = SomePolicy.Facts() with { Pods = [SomePolicy.Pod("web", cpu: pod, memory: 5)], Nodes = [SomePolicy.Node("node-1", 90), SomePolicy.Node("node-2", cpu, memory)] };

        Assert.Equal(isPossible, Names(facts).Length == 1);
    }

    [Fact]
    public void What_is_on_its_way_or_came_after_the_measurement_counts_for_the_destination()
    {
        MeasuredPod pod = SomePolicy.Pod("web", cpu: 20);
        PolicyMove open = SomePolicy.Move("a").With(new(3.5, 0, SomePolicy.Now));
        PolicyMove justEnded = open with { CompletionTime = SomePolicy.Now, Reason = PodMigrationReasons.Completed }, longAgo = justEnded with { CompletionTime = SomePolicy.Now - TimeSpan.FromMinutes(1) };
        int Count(PolicyMove move) => Names(SomePolicy.Facts(SomePolicy.Policy(status: SomePolicy.StatusWith(move))) with { Pods = [pod] }).Length;

        Assert.Equal((0, 0, 1), (Count(open), Count(justEnded), Count(longAgo)));
        Assert.Equal(1, Count(justEnded with { Reason = PodMigrationReasons.Timeout }));
    }

    [Fact]
    public void The_emptiest_destination_is_first_and_nodes_that_were_not_measured_are_none()
    {
        PolicyFacts facts = SomePolicy.Facts() with
        {
            Pods = [SomePolicy.Pod("web", cpu: 20)],
            Nodes =
            [
                SomePolicy.Node("node-1", 90), SomePolicy.Node("node-2", 30), SomePolicy.Node("node-3", 20), SomePolicy.Node("node-4", null),
                SomePolicy.Node("node-5", 0) with { IsDestination = false },
            ],
        };

        Assert.Equal(["node-3", "node-2"], Assert.Single(Candidates.Of(facts, SomePolicy.Request(), SomePolicy.Overloaded(), out _)).Destinations);
    }

    private static string[] Names(PolicyFacts facts, MigrationPolicySpec? spec = null) =>
        [.. Candidates.Of(facts, SomePolicy.Request(spec), SomePolicy.Overloaded(), out _).Select(static one => one.Pod.Pod.Name)];

    private static string Why(MeasuredPod pod)
    {
        IReadOnlyList<Candidate> found = Candidates.Of(SomePolicy.Facts() with { Pods = [pod] }, SomePolicy.Request(), SomePolicy.Overloaded(), out string why);
        Assert.Equal(why.Length == 0, found.Count > 0);
        return why;
    }
}
