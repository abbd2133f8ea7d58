using System.Globalization;
using Crik.Kubernetes.Api;
using Crik.Kubernetes.Resources;

namespace Crik.Kubernetes.Leases;

/// <summary>
/// Lets one of several replicas do what must not be done twice. It behaves as client-go's leaderelection does, with the
/// same Lease. There can be two leaders for a moment if a process stands still for longer than the lease lasts. So every
/// write of a leader must be one that does no harm when another leader does it again.
/// </summary>
public sealed class LeaderElection(KubernetesApi api, LeaseOptions options, TimeProvider clock)
{
    private readonly ResourceClient<LeaseDocument> _leases = new(api, new ResourceType("coordination.k8s.io", "v1", "leases"), LeaseJson.Default.LeaseDocument);
    private string? _seenVersion;
    private long _seenAt;

    /// <summary>Whether this candidate leads now.</summary>
    public bool IsLeader { get; private set; }

    /// <summary>Called when a look at the lease, or a renewal, failed. The next try follows.</summary>
    public Action<KubernetesException> Failed { get; init; } = static _ => { };

    /// <summary>Waits for the lease, leads, and begins again when the lease was lost.</summary>
    /// <param name="lead">
    /// Runs while this candidate leads. Its token is canceled when the lease is lost, or when all shall end. No other leader
    /// begins before it has returned, if it returns within <see cref="LeaseOptions.Duration"/> less
    /// <see cref="LeaseOptions.RenewDeadline"/>. If it returns by itself, the lease is given back. An exception that it
    /// throws ends the election and is thrown here.
    /// </param>
    /// <exception cref="OperationCanceledException">The only other end. The lease is given back before it.</exception>
    public async Task RunAsync(Func<CancellationToken, Task> lead, CancellationToken cancellationToken)
    {
        while (true)
        {
            await AcquireAsync(cancellationToken);
            using CancellationTokenSource lost = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            Task leading = lead(lost.Token);
            try
            {
                IsLeader = true;
                await HoldAsync(leading, cancellationToken);
            }
            finally
            {
                await lost.CancelAsync();
                IsLeader = false;
                await leading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                await GiveBackAsync();
            }

            if (leading.IsFaulted)
            {
                await leading;
            }
        }
    }

    private async Task AcquireAsync(CancellationToken cancellationToken)
    {
        while (await TryTakeAsync(cancellationToken) is not LeaseAttempt.Mine)
        {
            await Task.Delay(options.RetryPeriod, clock, cancellationToken);
        }
    }

    /// <summary>Renews the lease until somebody else has it, that has failed for too long, or the leader has ended.</summary>
    private async Task HoldAsync(Task leading, CancellationToken cancellationToken)
    {
        long renewedAt = clock.GetTimestamp();
        while (clock.GetElapsedTime(renewedAt) < options.RenewDeadline)
        {
            await Task.WhenAny(leading, Task.Delay(options.RetryPeriod, clock, cancellationToken));
            cancellationToken.ThrowIfCancellationRequested();
            long askedAt = clock.GetTimestamp();
            switch (leading.IsCompleted ? LeaseAttempt.Theirs : await TryTakeAsync(cancellationToken))
            {
                case LeaseAttempt.Mine:
                    renewedAt = askedAt; // the lease counts from some moment after this one
                    break;
                case LeaseAttempt.Theirs:
                    return;
            }
        }
    }

    private async Task<LeaseAttempt> TryTakeAsync(CancellationToken cancellationToken)
    {
        try
        {
            CallOptions inTime = new() { Timeout = options.RenewDeadline / 2 };
            LeaseDocument? lease = await _leases.FindAsync(options.Lease, cancellationToken, inTime);
            if (lease is null)
            {
                await _leases.CreateAsync(options.Lease.Namespace, Taken(new LeaseDocument { Metadata = new() { Name = options.Lease.Name, Namespace = options.Lease.Namespace } }), cancellationToken, inTime);
                return LeaseAttempt.Mine;
            }

            if (!Look(lease).MayBeTakenBy(options.Identity))
            {
                return LeaseAttempt.Theirs;
            }

            await _leases.UpdateAsync(options.Lease, Taken(lease), cancellationToken, options: inTime); // a conflict if somebody else was first
            return LeaseAttempt.Mine;
        }
        catch (KubernetesException exception)
        {
            if (!exception.IsConflict && !exception.IsAlreadyExists)
            {
                Failed(exception);
            }

            return LeaseAttempt.Unknown;
        }
    }

    private LeaseView Look(LeaseDocument lease)
    {
        if (lease.Metadata.ResourceVersion != _seenVersion)
        {
            _seenVersion = lease.Metadata.ResourceVersion;
            _seenAt = clock.GetTimestamp();
        }

        TimeSpan duration = lease.Spec.LeaseDurationSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : options.Duration;
        return new LeaseView(lease.Spec.HolderIdentity, _seenVersion, duration, clock.GetElapsedTime(_seenAt));
    }

    private LeaseDocument Taken(LeaseDocument lease)
    {
        string now = clock.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture); // MicroTime of meta/v1
        if (lease.Spec.HolderIdentity != options.Identity)
        {
            lease.Spec.LeaseTransitions = lease.Metadata.ResourceVersion is null ? 0 : (lease.Spec.LeaseTransitions ?? 0) + 1;
            lease.Spec.AcquireTime = now;
        }

        lease.Spec.HolderIdentity = options.Identity;
        lease.Spec.RenewTime = now;
        lease.Spec.LeaseDurationSeconds = (int)options.Duration.TotalSeconds;
        return lease;
    }

    /// <summary>Lets another candidate begin at once. If that fails, it begins when the lease is over.</summary>
    private async Task GiveBackAsync()
    {
        try
        {
            CallOptions soon = new() { Timeout = options.RetryPeriod };
            LeaseDocument? lease = await _leases.FindAsync(options.Lease, CancellationToken.None, soon);
            if (lease?.Spec.HolderIdentity == options.Identity)
            {
                lease.Spec.HolderIdentity = "";
                lease.Spec.LeaseDurationSeconds = 1; // as client-go does, for candidates that do not look at the holder
                await _leases.UpdateAsync(options.Lease, lease, CancellationToken.None, options: soon);
            }
        }
        catch (KubernetesException exception)
        {
            Failed(exception);
        }
    }
}
