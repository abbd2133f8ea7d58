using Crik.Kubernetes.Resources;

namespace Crik.Kubernetes.Leases;

/// <summary>Which Lease elects the leader, and how fast. The times are those of client-go's leaderelection.</summary>
/// <param name="Identity">The name of this candidate. No other candidate has it: the name of the pod with its UID.</param>
public sealed record LeaseOptions(ObjectName Lease, string Identity)
{
    /// <summary>How long the others wait after the last renewal that they saw. Kubernetes stores whole seconds.</summary>
    public TimeSpan Duration { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// How long a leader that cannot renew its lease leads on. It is shorter than <see cref="Duration"/>, so that this
    /// leader ends before another one begins.
    /// </summary>
    public TimeSpan RenewDeadline { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The time between two looks at the lease.</summary>
    public TimeSpan RetryPeriod { get; init; } = TimeSpan.FromSeconds(2);
}
