using Crik.Contracts.Conditions;
using Crik.Contracts.MigrationPolicies;
using Crik.Contracts.PodMigrations;
using Crik.Operator.Policies.Deciding;

namespace Crik.Operator.Tests.Policies;

public sealed class PolicyNewsTests
{
    private static readonly PolicyProposal s_proposal = new() { Namespace = "team", Pod = "web", Source = "node-1", Destination = "node-2", Message = "Too much load." };

    public static TheoryData<string, MigrationPolicyStatus?, MigrationPolicyStatus> Changes => new()
    {
        { "NodeOverloaded", null, With(SomePolicy.Overloaded()) },
        { "", With(SomePolicy.Overloaded()), With(SomePolicy.Overloaded()) },
        { "", null, With(SomePolicy.Overloaded() with { OverloadedTime = null }) },
        { "NodeRelieved", With(SomePolicy.Overloaded()), With() },
        { "", With(SomePolicy.Overloaded("node-9")), With() }, // nobody has measured it
        { "", With(SomePolicy.Overloaded()), With(SomePolicy.Overloaded() with { OverloadedTime = null }) }, // it is watched anew, and still above
        { "LoadUnknown", With(SomePolicy.Overloaded()), Ready(MigrationPolicyReasons.LoadUnknown) },
        { "", Ready(MigrationPolicyReasons.LoadUnknown), Ready(MigrationPolicyReasons.LoadUnknown) },
        { "", null, Ready(MigrationPolicyReasons.Watching) },
        { "BadSpec", null, Ready(MigrationPolicyReasons.BadSpec) },
        { "WouldMove", new MigrationPolicyStatus(), new MigrationPolicyStatus { Proposals = [s_proposal] } },
        { "", new MigrationPolicyStatus { Proposals = [s_proposal] }, new MigrationPolicyStatus { Proposals = [s_proposal with { }] } },
        { "WouldMove", new MigrationPolicyStatus { Proposals = [s_proposal] }, new MigrationPolicyStatus { Proposals = [s_proposal with { Pod = "other" }] } },
        { "Moving", null, new MigrationPolicyStatus { Moves = [SomePolicy.Move("a")] } },
        { "Moved", new MigrationPolicyStatus { Moves = [SomePolicy.Move("a")] }, new MigrationPolicyStatus { Moves = [SomePolicy.Move("a", TimeSpan.Zero)] } },
        { "MoveFailed", new MigrationPolicyStatus { Moves = [SomePolicy.Move("a")] }, new MigrationPolicyStatus { Moves = [SomePolicy.Move("a", TimeSpan.Zero, PodMigrationReasons.Timeout)] } },
        { "", new MigrationPolicyStatus { Moves = [SomePolicy.Move("a", TimeSpan.Zero)] }, new MigrationPolicyStatus { Moves = [SomePolicy.Move("a", TimeSpan.Zero)] } },
    };

    [Theory]
    [MemberData(nameof(Changes))]
    public void Each_change_is_told_once(string reasons, MigrationPolicyStatus? before, MigrationPolicyStatus after) =>
        Assert.Equal(reasons, string.Join(' ', PolicyNews.Of(before, after, ["node-1"]).Select(static notice => notice.Reason)));

    [Fact]
    public void Warnings_are_what_somebody_should_look_at()
    {
        IReadOnlyList<PolicyNotice> news = PolicyNews.Of(
            new MigrationPolicyStatus { Moves = [SomePolicy.Move("a"), SomePolicy.Move("b")] },
            new MigrationPolicyStatus { Moves = [SomePolicy.Move("a", TimeSpan.Zero), SomePolicy.Move("b", TimeSpan.Zero, PodMigrationReasons.Timeout)], Nodes = [SomePolicy.Overloaded()] },
            []);

        Assert.Equal(["NodeOverloaded", "MoveFailed"], news.Where(static one => one.IsWarning).Select(static one => one.Reason));
        Assert.Equal("The pod team/pod-a was moved from node-1 to node-2.", news.Single(static one => one.Reason is "Moved").Message);
    }

    private static MigrationPolicyStatus With(params PolicyNode[] nodes) => new()
    {
        Nodes = nodes,
        Conditions = [new Condition { Type = MigrationPolicyConditions.Overloaded, Status = nodes.Length > 0 ? Condition.True : Condition.False }],
    };

    private static MigrationPolicyStatus Ready(string reason) => new()
    {
        Nodes = [SomePolicy.Overloaded() with { OverloadedTime = null }],
        Conditions = [new Condition { Type = MigrationPolicyConditions.Ready, Status = Condition.False, Reason = reason, Message = "" }],
    };
}
