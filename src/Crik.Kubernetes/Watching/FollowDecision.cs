using System.Net;
using Crik.Kubernetes.Api;

namespace Crik.Kubernetes.Watching;

/// <summary>Decides what a failure means for the next try of a <see cref="ResourceFollower{T}"/>.</summary>
internal static class FollowDecision
{
    /// <summary>
    /// After so many failures of the same version, one of which follows the other, the version itself may be the cause.
    /// </summary>
    public const int MostRefusals = 3;

    /// <summary>Whether the failure may come from the version with which the watch was started.</summary>
    public static bool MayBeTheVersion(KubernetesException failure) => failure.Failure switch
    {
        KubernetesFailure.NotUnderstood => true,
        KubernetesFailure.Refused when failure.IsEvent => failure.Status is not HttpStatusCode.TooManyRequests,
        KubernetesFailure.Refused => failure.Status is HttpStatusCode.BadRequest or HttpStatusCode.UnprocessableEntity,
        _ => false,
    };

    /// <summary>
    /// Whether all objects must be listed again, and the version of the watch is of no more use. After a restore of etcd, an
    /// API server accepts a watch from a version that it has not reached yet, and sends nothing, not even a bookmark.
    /// </summary>
    /// <param name="refusals">How many failures in a row may have come from the version.</param>
    public static bool ListsAgain(KubernetesException failure, int refusals) =>
        failure.IsExpired || failure.IsTooLargeVersion || failure.IsSilence || refusals >= MostRefusals;

    /// <summary>
    /// Whether the API server cannot send the list as the beginning of a watch. Kubernetes answers 422 before 1.27 and
    /// while the feature WatchList is off; an aggregated API server may answer 400, or not know the parameter.
    /// </summary>
    public static bool CannotStreamLists(KubernetesException failure) =>
        failure is { Failure: KubernetesFailure.Refused, IsEvent: false }
            && failure.Status is HttpStatusCode.BadRequest or HttpStatusCode.UnprocessableEntity or HttpStatusCode.NotImplemented;

    /// <summary>Whether a list that has begun as the beginning of a watch should be tried in pages the next time.</summary>
    public static bool PrefersPages(KubernetesException failure) =>
        failure.IsSilence || (MayBeTheVersion(failure) && !failure.IsExpired);
}
