using Crik.Operator.Upkeep;
using Crik.Pods;

namespace Crik.Operator.Tests.Upkeep;

public sealed class PodNeedTests
{
    private static readonly SeenPod s_pod = new("here", "train-0", "uid", null, IsInjected: false, null, null, "Running", null);

    [Theory]
    [InlineData("true", null, PodNeed.Missed)]
    [InlineData(null, "true", PodNeed.Missed)]
    [InlineData("false", "true", null)]
    [InlineData(null, null, null)]
    public void A_pod_that_asks_for_injection_and_has_no_sign_of_it_was_missed(string? label, string? namespaceLabel, string? reason) =>
        Assert.Equal(reason, ReasonOf(s_pod with { Label = label }, namespaceLabel));

    [Fact]
    public void A_skipped_pod_has_the_reason_of_its_annotation()
    {
        PodNeed need = PodNeed.Of(s_pod with { Skipped = "CommandUnknown: the registry did not answer: 503" }, null, isExcluded: false);

        Assert.Equal(new PodNeed.Notice("CommandUnknown", "the registry did not answer: 503"), need);
    }

    [Theory]
    [InlineData("Odd\"} 1\ncrik_leader 5: injected by hand")]
    [InlineData("Nonsense: by hand")]
    [InlineData("HostPid")]
    [InlineData("")]
    public void A_reason_that_somebody_has_made_up_reaches_no_Event_and_no_metric(string skipped)
    {
        Assert.Equal(PodNeed.Missed, ReasonOf(s_pod with { Skipped = skipped, Label = "true" }, null));
        Assert.Null(ReasonOf(s_pod with { Skipped = skipped }, null));
    }

    [Fact]
    public void Pods_that_are_over_mirror_pods_and_those_of_excluded_namespaces_need_nothing()
    {
        SeenPod asking = s_pod with { Label = "true" };

        Assert.Null(ReasonOf(asking with { Phase = "Succeeded" }, null));
        Assert.Null(ReasonOf(asking with { IsMirror = true }, null));
        Assert.IsType<PodNeed.Nothing>(PodNeed.Of(asking, "true", isExcluded: true));
    }

    [Fact]
    public void A_claim_is_made_only_for_a_pod_that_waits_and_only_as_the_webhook_asks_for_it()
    {
        ClaimRequest request = new("checkpoints-train-0", "ReadWriteOnce", "10Gi", null, IsTemplate: false);
        SeenPod waiting = s_pod with { IsInjected = true, ClaimRequest = request.ToText(), Phase = "Pending" };

        Assert.Equal(new PodNeed.Claim(request), PodNeed.Of(waiting, null, isExcluded: false));
        Assert.Equal(new PodNeed.Claim(request), PodNeed.Of(waiting with { Skipped = "CommandUnknown: at the first call" }, null, isExcluded: false));
        Assert.IsType<PodNeed.Nothing>(PodNeed.Of(waiting with { Phase = "Running" }, null, isExcluded: false));
        Assert.Equal(PodNeed.BadRequest, ReasonOf(waiting with { ClaimRequest = """{"name":"database"}""" }, null));
    }

    private static string? ReasonOf(SeenPod pod, string? namespaceLabel) => (PodNeed.Of(pod, namespaceLabel, isExcluded: false) as PodNeed.Notice)?.Reason;
}
