using Crik.Contracts.Conditions;
using Crik.Contracts.MigrationPolicies;
using Crik.Contracts.PodCheckpoints;
using Crik.Operator.Policies.Deciding;

namespace Crik.Operator.Tests.Policies;

public sealed class PolicyDecisionTests
{
    private static readonly Dictionary<string, PolicyChoice> s_found = new() { ["node-1"] = new PolicyChoice.Found(SomePolicy.Pod("web"), "node-2") };
    private static readonly Dictionary<string, PolicyChoice> s_refused = new() { ["node-1"] = new PolicyChoice.Refused("No room.") };

    [Fact]
    public void A_move_is_written_before_anything_is_created()
    {
        MigrationPolicyStatus status = Written(Facts() with { Choices = s_found });
        PolicyMove move = Assert.Single(status.Moves!);

        Assert.Equal(("team", "web", "uid-web", "node-1", "node-2"), (move.Namespace, move.Pod, move.PodUid, move.Source, move.Destination));
        Assert.Equal((2000L, 5L, SomePolicy.Now), (move.CpuMillicores, move.MemoryBytes, move.DecidedTime));
        Assert.StartsWith("relief-", move.Name, StringComparison.Ordinal);
        Assert.Null(move.CreatedTime);
        Assert.Null(status.Proposals);
    }

    [Fact]
    public void A_dry_run_proposes_the_move_once_and_makes_none()
    {
        PolicyFacts facts = Facts(SomePolicy.Spec with { DryRun = null }) with { Choices = s_found };
        MigrationPolicyStatus status = Written(facts);
        PolicyProposal proposal = Assert.Single(status.Proposals!);

        Assert.Empty(status.Moves!);
        Assert.Equal(("team", "web", "node-1", "node-2"), (proposal.Namespace, proposal.Pod, proposal.Source, proposal.Destination));
        Assert.Equal("The node node-1 has had too much load since 2026-11-23 17:51:00Z (cpu).", proposal.Message);
        Assert.Equal((Condition.True, MigrationPolicyReasons.WouldMove), Ready(status));
        Assert.IsType<PolicyStep.Wait>(Next(facts with { Object = facts.Object with { Status = status } }));
    }

    [Fact]
    public void A_node_from_which_nothing_can_be_taken_says_why()
    {
        MigrationPolicyStatus status = Written(Facts() with { Choices = s_refused });

        Assert.Equal((Condition.True, MigrationPolicyReasons.NothingToMove), Ready(status));
        Assert.Equal("No room.", Assert.Single(status.Nodes!).Message);
        Assert.Equal(Condition.True, status.Conditions.Find(MigrationPolicyConditions.Overloaded)!.Status);
        Assert.Equal("1/2", status.Overloaded);
    }

    [Fact]
    public void No_node_wants_a_move_while_as_many_go_on_as_may_or_while_it_cools_down()
    {
        Assert.Equal(["node-1"], Wanting());
        Assert.Empty(Wanting(SomePolicy.Move("a") with { Source = "node-8", Destination = "node-9" }));
        Assert.Empty(Wanting(SomePolicy.Move("a", TimeSpan.FromMinutes(9))));
        Assert.Equal(["node-1"], Wanting(SomePolicy.Move("a", TimeSpan.FromMinutes(10))));
        Assert.Equal(["node-1"], Wanting(SomePolicy.Spec with { MaxConcurrent = 2 }, SomePolicy.Move("a") with { Source = "node-8", Destination = "node-9" }));
        Assert.Empty(Wanting(SomePolicy.Spec with { MaxConcurrent = 2 }, SomePolicy.Move("a") with { Source = "node-1", Destination = "node-9" }));
    }

    [Fact]
    public void A_change_of_the_spec_begins_the_watch_of_the_nodes_anew()
    {
        PolicyFacts facts = Facts(status: SomePolicy.StatusWith() with { ObservedGeneration = 2 });
        MigrationPolicyStatus status = Written(facts);

        Assert.Empty(PolicyDecision.Wanting(facts, SomePolicy.Request()));
        Assert.Equal((null, SomePolicy.Now), (Assert.Single(status.Nodes!).OverloadedTime, status.Nodes![0].AboveSince));
        Assert.Equal(3, status.ObservedGeneration);
    }

    [Fact]
    public void Nothing_is_done_when_the_load_is_not_known()
    {
        PolicyFacts facts = Facts() with { Nodes = [SomePolicy.Node("node-1", null)], Problem = "metrics.k8s.io is not there." };
        MigrationPolicyStatus status = Written(facts);

        Assert.Empty(PolicyDecision.Wanting(facts with { Now = SomePolicy.Now + TimeSpan.FromMinutes(4) }, SomePolicy.Request()));
        Assert.Equal((Condition.False, MigrationPolicyReasons.LoadUnknown), Ready(status));
        Assert.Equal("metrics.k8s.io is not there.", status.Conditions.Find(MigrationPolicyConditions.Ready)!.Message);
        Assert.True(status.Conditions.IsTrue(MigrationPolicyConditions.Reconciling));
        Assert.Null(status.Conditions.Find(MigrationPolicyConditions.Overloaded));
    }

    [Fact]
    public void Without_nodes_it_waits_for_some() =>
        Assert.Equal((Condition.False, MigrationPolicyReasons.NoNodes), Ready(Written(Facts() with { Nodes = [SomePolicy.Node("node-2", 1) with { IsWatched = false }] })));

    [Fact]
    public void A_load_that_is_known_again_ends_the_waiting()
    {
        PolicyFacts blind = Facts() with { Nodes = [SomePolicy.Node("node-1", null)] };
        PolicyFacts seeing = Facts(status: Written(blind)) with { Nodes = [SomePolicy.Node("node-1", 5)] };
        MigrationPolicyStatus status = Written(seeing);

        Assert.Equal((Condition.True, MigrationPolicyReasons.Watching), Ready(status));
        Assert.Equal([MigrationPolicyConditions.Ready, MigrationPolicyConditions.Overloaded], status.Conditions!.Select(static one => one.Type!));
    }

    [Fact]
    public void A_spec_that_cannot_be_followed_stalls_and_moves_that_have_begun_are_kept()
    {
        PolicyFacts facts = Facts(SomePolicy.Spec with { Source = "proxy" }, SomePolicy.StatusWith(SomePolicy.Move("a"))) with { Migrations = [SomePolicy.Migration("a")] };
        MigrationPolicyStatus status = Assert.IsType<PolicyStep.Write>(PolicyDecision.First(facts)).Status;

        Assert.True(status.Conditions.IsTrue(MigrationPolicyConditions.Stalled));
        Assert.Equal((Condition.False, MigrationPolicyReasons.BadSpec), Ready(status));
        Assert.Single(status.Moves!);
        Assert.IsType<PolicyStep.Wait>(PolicyDecision.First(facts with { Object = facts.Object with { Status = status } }));
    }

    [Theory]
    [InlineData(true, false, false, MigrationPolicyReasons.Suspended)]
    [InlineData(false, true, false, MigrationPolicyReasons.SourceNotAvailable)]
    [InlineData(false, true, true, null)]
    [InlineData(false, false, false, null)]
    public void Policies_that_are_suspended_or_may_not_ask_measure_nothing(bool isSuspended, bool isSummary, bool mayAsk, string? reason)
    {
        PolicyFacts facts = Facts(SomePolicy.Spec with { Suspend = isSuspended, Source = isSummary ? "summary" : null }) with { MayAskKubelets = mayAsk };

        PolicyStep? step = PolicyDecision.First(facts);

        Assert.Equal(reason, step is PolicyStep.Write write ? Ready(write.Status).Reason : null);
    }

    [Fact]
    public void A_policy_that_is_being_deleted_does_nothing()
    {
        PolicyFacts facts = Facts();
        MigrationPolicyDocument deleted = facts.Object with { Metadata = new ObjectMetadata { Name = "relief", DeletionTimestamp = SomePolicy.Now } };

        Assert.IsType<PolicyStep.Nothing>(PolicyDecision.First(facts with { Object = deleted }));
    }

    [Fact]
    public void New_numbers_alone_are_written_once_a_minute()
    {
        MigrationPolicyStatus status = Written(Facts() with { Choices = s_refused });
        PolicyFacts Later(int seconds, int cpu) => Facts(status: status) with
        {
            Now = SomePolicy.Now + TimeSpan.FromSeconds(seconds),
            Choices = s_refused,
            Nodes = [SomePolicy.Node("node-1", cpu, at: SomePolicy.Now + TimeSpan.FromSeconds(seconds)), SomePolicy.Node("node-2", 10)],
        };

        Assert.IsType<PolicyStep.Wait>(Next(Later(59, 99)));
        Assert.Equal(99, Assert.Single(Written(Later(60, 99)).Nodes!).CpuPercent);
    }

    [Fact]
    public void The_name_of_a_move_is_the_same_for_the_same_decision_and_another_for_the_next()
    {
        PolicyChoice.Found choice = new(SomePolicy.Pod("web"), "node-2");
        PolicyFacts facts = Facts();

        Assert.Equal(PolicyDecision.Decided(facts, choice).Name, PolicyDecision.Decided(facts, choice).Name);
        Assert.NotEqual(PolicyDecision.Decided(facts, choice).Name, PolicyDecision.Decided(facts with { Now = SomePolicy.Now + TimeSpan.FromHours(1) }, choice).Name);
    }

    private static IEnumerable<string> Wanting(params PolicyMove[] moves) => Wanting(SomePolicy.Spec, moves);

    private static IEnumerable<string> Wanting(MigrationPolicySpec spec, params PolicyMove[] moves) =>
        PolicyDecision.Wanting(Facts(spec, SomePolicy.StatusWith(moves)), SomePolicy.Request(spec)).Select(static node => node.Name!);

    private static PolicyFacts Facts(MigrationPolicySpec? spec = null, MigrationPolicyStatus? status = null) =>
        SomePolicy.Facts(SomePolicy.Policy(spec, status ?? SomePolicy.StatusWith()));

    private static PolicyStep Next(PolicyFacts facts) => PolicyDecision.Next(facts, SomePolicy.Request(facts.Object.Spec));

    private static MigrationPolicyStatus Written(PolicyFacts facts) => Assert.IsType<PolicyStep.Write>(Next(facts)).Status;

    private static (string? Status, string? Reason) Ready(MigrationPolicyStatus status) =>
        status.Conditions.Find(MigrationPolicyConditions.Ready) is { } ready ? (ready.Status, ready.Reason) : (null, null);
}
