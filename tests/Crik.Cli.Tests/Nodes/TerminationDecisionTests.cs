using Crik.Configuration;
using Crik.Contracts;
using Crik.Nodes;

namespace Crik.Tests.Nodes;

public sealed class TerminationDecisionTests
{
    [Theory]
    [InlineData(NodeState.Ready, false)]
    [InlineData(NodeState.Cordoned, true)]
    [InlineData(NodeState.ShuttingDown, true)]
    [InlineData(NodeState.Gone, true)]
    [InlineData(NodeState.Unknown, true)]
    public void Unless_told_otherwise_only_a_node_that_stays_means_no_checkpoint(NodeState state, bool checkpoint) =>
        Assert.Equal(checkpoint, TerminationDecision.Decide(new NodeAnswer(state, "why"), new CrikOptions()).MakesCheckpoint);

    [Theory]
    [InlineData(NodeState.Ready, true)]
    [InlineData(NodeState.Cordoned, false)]
    [InlineData(NodeState.Unknown, false)]
    public void The_configuration_chooses(NodeState state, bool checkpoint)
    {
        CrikOptions options = new() { CheckpointOn = [NodeState.Ready], WhenNodeStateUnknown = WhenNodeStateUnknown.Forward };

        Assert.Equal(checkpoint, TerminationDecision.Decide(new NodeAnswer(state, "why"), options).MakesCheckpoint);
    }

    [Fact]
    public void Nobody_to_ask_means_a_checkpoint() => Assert.True(TerminationDecision.Decide(null, new CrikOptions { WhenNodeStateUnknown = WhenNodeStateUnknown.Forward }).MakesCheckpoint);

    [Fact]
    public void The_reason_names_state_and_signal() =>
        Assert.Equal("the node is shutting-down: kubelet", TerminationDecision.Decide(new NodeAnswer(NodeState.ShuttingDown, "kubelet"), new CrikOptions()).Reason);
}
