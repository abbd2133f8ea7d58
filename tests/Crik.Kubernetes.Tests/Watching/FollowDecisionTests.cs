using System.Net;
using Crik.Kubernetes.Api;
using Crik.Kubernetes.Watching;

namespace Crik.Kubernetes.Tests.Watching;

public sealed class FollowDecisionTests
{
    [Theory]
    [InlineData(410, "Expired", null, false, true)]
    [InlineData(410, "Gone", null, true, true)]
    [InlineData(504, "Timeout", "ResourceVersionTooLarge", false, true)]
    [InlineData(504, "Timeout", null, false, false)]
    [InlineData(400, "BadRequest", null, false, false)]
    [InlineData(429, "TooManyRequests", null, true, false)]
    [InlineData(500, "InternalError", null, true, false)]
    [InlineData(503, "ServiceUnavailable", null, false, false)]
    [InlineData(403, "Forbidden", null, false, false)]
    public void All_objects_are_listed_again_only_where_the_API_server_says_so(int code, string reason, string? cause, bool isEvent, bool again) =>
        Assert.Equal(again, FollowDecision.ListsAgain(Refusal(code, reason, cause, isEvent), refusals: 1));

    [Theory]
    [InlineData(400, false, true)]
    [InlineData(500, true, true)]
    [InlineData(429, true, false)]
    [InlineData(429, false, false)]
    [InlineData(500, false, false)]
    [InlineData(503, false, false)]
    [InlineData(401, false, false)]
    [InlineData(403, false, false)]
    public void Only_some_refusals_may_come_from_the_version(int code, bool isEvent, bool may) =>
        Assert.Equal(may, FollowDecision.MayBeTheVersion(Refusal(code, "", null, isEvent)));

    [Fact]
    public void A_version_that_is_refused_several_times_in_a_row_is_given_up() =>
        Assert.Equal(
            [false, false, true],
            Enumerable.Range(1, FollowDecision.MostRefusals).Select(count => FollowDecision.ListsAgain(Refusal(400, "BadRequest", null, false), count)));

    [Fact]
    public void After_a_silent_watch_all_objects_are_listed_again() =>
        Assert.True(FollowDecision.ListsAgain(new KubernetesException(KubernetesFailure.NoAnswer, "nothing") { IsSilence = true }, refusals: 0));

    [Theory]
    [InlineData(422, true)]
    [InlineData(400, true)]
    [InlineData(403, false)]
    [InlineData(429, false)]
    [InlineData(503, false)]
    public void An_API_server_that_does_not_know_WatchList_is_asked_for_pages(int code, bool pages) =>
        Assert.Equal(pages, FollowDecision.CannotStreamLists(Refusal(code, "", null, false)));

    private static KubernetesException Refusal(int code, string reason, string? cause, bool isEvent) => new(KubernetesFailure.Refused, "refused")
    {
        Status = (HttpStatusCode)code,
        Reason = reason,
        Causes = cause is null ? [] : [new StatusCause { Reason = cause }],
        IsEvent = isEvent,
    };
}
