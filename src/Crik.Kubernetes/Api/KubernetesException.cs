using System.Net;

namespace Crik.Kubernetes.Api;

/// <summary>
/// The API server cannot be reached, refuses a request, or sends something that cannot be understood.
/// </summary>
public sealed class KubernetesException(KubernetesFailure failure, string message, Exception? inner = null) : Exception(message, inner)
{
    public KubernetesFailure Failure { get; } = failure;

    /// <summary>The status of the answer, or the code of an ERROR event. Null when there was no answer.</summary>
    public HttpStatusCode? Status { get; init; }

    /// <summary>The reason of the API server's Status, such as `NotFound`, `Conflict` or `Expired`. Null without one.</summary>
    public string? Reason { get; init; }

    public IReadOnlyList<StatusCause> Causes { get; init; } = [];

    /// <summary>How long the API server asks to wait: the header Retry-After, or details.retryAfterSeconds.</summary>
    public TimeSpan? RetryAfter { get; init; }

    public bool IsNotFound => Status is HttpStatusCode.NotFound;

    /// <summary>The object was changed by somebody else: read it again. `AlreadyExists` has the same status.</summary>
    public bool IsConflict => Status is HttpStatusCode.Conflict && Reason is not "AlreadyExists";

    public bool IsAlreadyExists => Reason is "AlreadyExists";

    /// <summary>The API server no longer has the version, or the rest of the pages. List again.</summary>
    public bool IsExpired => Status is HttpStatusCode.Gone || Reason is "Expired" or "Gone";

    /// <summary>
    /// The version is larger than any that the API server has had: it lost its data, or was restored from a backup. See
    /// NewTooLargeResourceVersionError in k8s.io/apiserver.
    /// </summary>
    public bool IsTooLargeVersion => Causes.Any(static cause => cause.Reason is "ResourceVersionTooLarge");

    /// <summary>Nothing can be created in the namespace any more, and all that is in it is being deleted (NamespaceTerminatingCause in k8s.io/api).</summary>
    public bool IsNamespaceEnding => Causes.Any(static cause => cause.Reason is "NamespaceTerminating");

    /// <summary>Whether it is an ERROR event of a watch. The answer to the request itself was a success.</summary>
    public bool IsEvent { get; init; }

    /// <summary>Whether the connection was open but brought nothing for too long.</summary>
    public bool IsSilence { get; init; }

    internal static KubernetesException NoAnswer(string message, Exception? inner = null) => new(KubernetesFailure.NoAnswer, message, inner);

    internal static KubernetesException NotUnderstood(string message, Exception? inner = null) => new(KubernetesFailure.NotUnderstood, message, inner);

    internal static KubernetesException Refused(string message, HttpStatusCode? status, StatusDocument? document, TimeSpan? retryAfter = null, bool isEvent = false) =>
        new(KubernetesFailure.Refused, message)
        {
            Status = status,
            Reason = document?.Reason,
            IsEvent = isEvent,
            Causes = document?.Details?.Causes ?? [],
            RetryAfter = retryAfter ?? (document?.Details?.RetryAfterSeconds is > 0 and < 1e6 and var seconds ? TimeSpan.FromSeconds(seconds) : null),
        };
}
