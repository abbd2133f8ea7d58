namespace Crik.Kubernetes.Leases;

/// <summary>What a candidate knows of the lease.</summary>
/// <param name="Holder">Null or empty if nobody holds it.</param>
/// <param name="Version">Its resource version, which changes with each renewal.</param>
/// <param name="Duration">How long it is valid after a renewal.</param>
/// <param name="SeenFor">
/// How long this version of the lease has been seen by this candidate. The time in the lease itself is not used: the clocks
/// of two nodes may differ.
/// </param>
internal sealed record LeaseView(string? Holder, string? Version, TimeSpan Duration, TimeSpan SeenFor)
{
    /// <summary>Whether the candidate may write itself into the lease.</summary>
    public bool MayBeTakenBy(string identity) => string.IsNullOrEmpty(Holder) || Holder == identity || SeenFor >= Duration;
}
