namespace Crik.Kubernetes.Api;

/// <summary>Why a request to the API server did not succeed.</summary>
public enum KubernetesFailure
{
    /// <summary>There was no answer, or the connection broke in the middle of one. The request may have had its effect.</summary>
    NoAnswer,

    /// <summary>The API server, or a proxy before it, refused the request.</summary>
    Refused,

    /// <summary>The answer is not what the API defines.</summary>
    NotUnderstood,
}
