using Crik.Contracts.PodCheckpoints;
using Crik.NodeAgent.Steps;

namespace Crik.NodeAgent.Tests.Steps;

public sealed class StatusChangeTests
{
    [Theory]
    [InlineData("a.example fails (500) (8 tries, 24.1 s without progress)", "a.example fails (503) (5 tries, 300 s without progress)", false)]
    [InlineData("the blob sha256:0f1e2d cannot be pushed", "the blob sha256:ab12cd cannot be pushed", false)]
    [InlineData("upload 3fa85f64-5717-4562-b3fc-2c963f66afa6 is unknown", "upload c2f1a2b7-aaaa-4b4b-9c9c-000000000000 is unknown", false)]
    [InlineData("a.example fails (500)", "a.example has no room for it (507)", true)]
    public void A_failure_whose_message_differs_in_numbers_only_is_no_news(string first, string second, bool isNews)
    {
        PodCheckpointDocument item = Some.Object(status: Some.Accepted(Some.Saved()));
        PodCheckpointStatus before = StatusChange.NotPushed(item, first, isStalled: false, Some.Now);
        PodCheckpointStatus after = StatusChange.NotPushed(item with { Status = before }, second, isStalled: false, Some.Now);

        Assert.True(StatusChange.IsNews(item.Status!, before, PodCheckpointConditions.Pushed));
        Assert.Equal(isNews, StatusChange.IsNews(before, after, PodCheckpointConditions.Pushed));
        Assert.True(StatusChange.IsNews(before, StatusChange.NotPushed(item with { Status = before }, first, isStalled: true, Some.Now), PodCheckpointConditions.Pushed));
    }

    [Fact]
    public void A_message_that_is_cut_is_no_news_the_next_time()
    {
        PodCheckpointDocument item = Some.Object(status: Some.Accepted(Some.Saved()));
        string text = new('x', 5000);
        PodCheckpointStatus before = StatusChange.NotPushed(item, text, isStalled: false, Some.Now);
        Assert.False(StatusChange.IsNews(before, StatusChange.NotPushed(item with { Status = before }, text, isStalled: false, Some.Now), PodCheckpointConditions.Pushed));
    }
}
