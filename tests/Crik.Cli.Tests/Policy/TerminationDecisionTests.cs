using Crik.Configuration;
using Crik.Contracts;
using Crik.Nodes;
using Crik.Policy;

namespace Crik.Tests.Policy;

public sealed class TerminationDecisionTests
{
    [Theory]
    [InlineData(NodeState.Ready, false)]
    [InlineData(NodeState.Cordoned, true)]
    [InlineData(NodeState.ShuttingDown, true)]
    [InlineData(NodeState.Gone, true)]
    [InlineData(NodeState.Unknown, true)]
    public void By_default_only_a_node_that_stays_means_no_checkpoint(NodeState state, bool checkpoint) =>
        Assert.Equal(checkpoint, TerminationDecision.Decide(new NodeAnswer(state, "why"), new CrikOptions().Termination).MakesCheckpoint);

    [Theory]
    [InlineData(NodeState.Ready, true)]
    [InlineData(NodeState.Cordoned, false)]
    [InlineData(NodeState.Unknown, false)]
    public void The_configuration_chooses_which_states_mean_a_checkpoint(NodeState state, bool checkpoint)
    {
        CrikOptions options = new() { CheckpointOn = [NodeState.Ready], WhenNodeStateUnknown = WhenNodeStateUnknown.Forward };

        Assert.Equal(checkpoint, TerminationDecision.Decide(new NodeAnswer(state, "why"), options.Termination).MakesCheckpoint);
    }

    [Theory]
    [InlineData("EvictionByEvictionAPI", true, true)]
    [InlineData("", true, true)] // the condition without a reason
    [InlineData("EvictionByEvictionAPI", false, false)]
    [InlineData("None", true, false)]
    [InlineData(null, true, false)]
    public void A_pod_that_is_evicted_from_a_node_that_stays_gets_a_checkpoint(string? disruption, bool isChosen, bool checkpoint)
    {
        TerminationPolicy policy = new CrikOptions { CheckpointOnDisruption = isChosen }.Termination;
        NodeAnswer answer = new(NodeState.Ready, "why") { Disruption = disruption };

        TerminationDecision decision = TerminationDecision.Decide(answer, policy);

        Assert.Equal((checkpoint, checkpoint), (decision.MakesCheckpoint, TerminationDecision.IsFinal(answer, policy)));
        Assert.Equal(disruption is null, decision.Remedy?.Contains("readPods: true", StringComparison.Ordinal) ?? false);
    }

    [Theory]
    [InlineData(NodeState.Ready, "checkpointOn: [ready, …]")]
    [InlineData(NodeState.Unknown, "whenNodeStateUnknown: checkpoint")]
    [InlineData(NodeState.ShuttingDown, null)]
    public void Without_a_checkpoint_the_setting_is_named_that_would_make_one(NodeState state, string? remedy)
    {
        CrikOptions options = new() { WhenNodeStateUnknown = WhenNodeStateUnknown.Forward };

        Assert.Equal(remedy, TerminationDecision.Decide(new NodeAnswer(state, "why") { Disruption = NodeStateResponse.NotDisrupted }, options.Termination).Remedy);
    }

    [Fact]
    public void An_order_makes_a_checkpoint_on_a_node_that_stays()
    {
        TerminationDecision decision = TerminationDecision.Decide(new NodeAnswer(NodeState.Ready, "why"), new CrikOptions().Termination, isOrdered: true);

        Assert.Equal((true, "somebody ordered it with crik checkpoint --at-termination", null), (decision.MakesCheckpoint, decision.Reason, decision.Remedy));
    }

    [Fact]
    public void Without_a_source_of_node_states_SIGTERM_means_a_checkpoint() => Assert.True(TerminationDecision.Decide(null, new CrikOptions { WhenNodeStateUnknown = WhenNodeStateUnknown.Forward }.Termination).MakesCheckpoint);

    [Fact]
    public void The_reason_names_state_and_signal() =>
        Assert.Equal("the node is shutting-down: kubelet", TerminationDecision.Decide(new NodeAnswer(NodeState.ShuttingDown, "kubelet"), new CrikOptions().Termination).Reason);
}
