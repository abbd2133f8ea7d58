using Crik.Contracts.PodCheckpoints;
using Crik.NodeAgent.Leading;
using Crik.NodeAgent.Tests.Steps;

namespace Crik.NodeAgent.Tests.Leading;

public sealed class UpkeepDecisionTests
{
    [Fact]
    public void Only_an_object_that_nobody_accepts_is_asked_for_its_pod()
    {
        Assert.Equal(UpkeepQuestion.None, UpkeepDecision.Question(Some.Object(), Some.Now + UpkeepDecision.Patience));
        Assert.Equal(UpkeepQuestion.WhereIsThePod, UpkeepDecision.Question(Some.Object(), Some.Now + UpkeepDecision.Patience + TimeSpan.FromSeconds(1)));
        Assert.Equal(UpkeepQuestion.DoesTheNodeExist, UpkeepDecision.Question(Some.Object(status: Some.Accepted()), Some.Now));
        Assert.Equal(UpkeepQuestion.None, UpkeepDecision.Question(Some.Object(status: Some.Accepted() with { CompletionTime = Some.Now }), Some.Now.AddDays(1)));
    }

    [Fact]
    public void An_object_in_deletion_is_let_go_if_its_node_is_gone_also_if_it_was_complete()
    {
        PodCheckpointDocument item = Some.Object(status: Some.Accepted() with { CompletionTime = Some.Now });
        Assert.Equal(UpkeepQuestion.DoesTheNodeExist, UpkeepDecision.Question(item with { Metadata = item.Metadata! with { DeletionTimestamp = Some.Now } }, Some.Now));
    }

    /// <returns>The reason for which the leader refuses an object whose pod is there.</returns>
    internal static string? About(PodCheckpointDocument item) => UpkeepDecision.AboutPod(item, Some.Pod, out _)?.Reason;

    [Fact]
    public void A_pod_that_is_missing_or_on_no_node_is_the_reason()
    {
        Assert.Equal(PodCheckpointReasons.PodNotFound, UpkeepDecision.AboutPod(Some.Object(), null, out _)!.Reason);
        Assert.Equal(PodCheckpointReasons.PodNotRunning, UpkeepDecision.AboutPod(Some.Object(), Some.Pod with { Node = null }, out _)!.Reason);
        Assert.Null(UpkeepDecision.AboutPod(Some.Object(), Some.Pod, out string message));
        Assert.Contains("node-1", message, StringComparison.Ordinal);
    }
}
