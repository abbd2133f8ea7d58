namespace Crik.Kubernetes.Leases;

/// <summary>The result of a try to take or renew the lease.</summary>
internal enum LeaseAttempt
{
    Mine,

    /// <summary>Another candidate holds it.</summary>
    Theirs,

    /// <summary>The API server did not answer, or another candidate changed the lease at the same time.</summary>
    Unknown,
}
