using Crik.Contracts;
using Crik.Hosting;
using Crik.NodeStateServer.Configuration;

namespace Crik.NodeStateServer.Pods;

/// <summary>
/// Tells why Kubernetes disrupts a pod: an eviction, a drain or a preemption, but not a roll-out, a scale-down or a
/// delete. With --read-pods, it reads the pod when somebody asks. It never delays the answer about the node for long.
/// </summary>
internal sealed class PodDisruptions(IPodSource source, ServerOptions options, TimeProvider clock, ILogger<PodDisruptions> log) : IDisposable
{
    public const int Remembered = 5_000;

    /// <summary>This is less than crik's default nodeStateTimeout, 1 s. Otherwise crik would not learn the node's state.</summary>
    private static readonly TimeSpan s_timeout = TimeSpan.FromMilliseconds(400);

    /// <summary>A pod never loses the condition.</summary>
    private static readonly TimeSpan s_disruptedFor = TimeSpan.FromMinutes(1);

    /// <summary>A pod may get the condition at any moment. crik asks again after 400 ms.</summary>
    private static readonly TimeSpan s_otherFor = TimeSpan.FromMilliseconds(200);

    private readonly Lock _lock = new();

    /// <summary>
    /// The last read of each pod, which may not have ended. The UID is no part of the key: otherwise somebody who invents
    /// UIDs would keep all reads busy.
    /// </summary>
    private readonly Dictionary<PodName, Known> _known = [];

    /// <summary>Limits concurrent reads, so that a large roll-out does not overload the API server.</summary>
    private readonly SemaphoreSlim _reads = new(16);

    private readonly OnceAMinute _log = new(clock);

    /// <param name="node">Only this node may ask about the pod.</param>
    /// <returns>The reason, <see cref="NodeStateResponse.NotDisrupted"/>, or null when it is not known.</returns>
    public async ValueTask<string?> FindAsync(PodName pod, string uid, string node, CancellationToken cancellationToken) =>
        options.ReadPods && await LastRead(pod, uid).WaitAsync(cancellationToken) is { } found && found.Uid == uid && found.Node == node
            ? found.Reason ?? NodeStateResponse.NotDisrupted
            : null;

    public void Dispose() => _reads.Dispose();

    private Task<PodDisruption?> LastRead(PodName pod, string uid)
    {
        lock (_lock)
        {
            if (_known.TryGetValue(pod, out Known? known) && (!known.Read.IsCompleted || clock.GetElapsedTime(known.Began) < ValidFor(known, uid)))
            {
                return known.Read;
            }

            if (_known.Count >= Remembered)
            {
                ForgetSome();
            }

            long began = clock.GetTimestamp();
            Task<PodDisruption?> read = ReadAsync(pod);
            _known[pod] = new Known(read, began);
            return read;
        }
    }

    /// <summary>Another UID may be that of the next pod of this name.</summary>
    private static TimeSpan ValidFor(Known known, string uid) =>
        known.Disrupted is { } pod && pod.Uid == uid ? s_disruptedFor : s_otherFor;

    /// <summary>Forgets the oldest, and disrupted pods last: a flood of other names must not lead to more reads of those.</summary>
    private void ForgetSome()
    {
        PodName[] oldest = [.. _known.OrderBy(pair => (pair.Value.Disrupted is not null, pair.Value.Began)).Take(Remembered / 4).Select(pair => pair.Key)];
        foreach (PodName pod in oldest)
        {
            _known.Remove(pod);
        }
    }

    /// <summary>Several requests may wait for this, so none of them cancels it.</summary>
    private async Task<PodDisruption?> ReadAsync(PodName pod)
    {
        using CancellationTokenSource deadline = new(s_timeout);
        try
        {
            await _reads.WaitAsync(deadline.Token);
            try
            {
                return await source.FindAsync(pod, deadline.Token);
            }
            finally
            {
                _reads.Release();
            }
        }
        catch (OperationCanceledException)
        {
            Tell($"the API server did not answer within {s_timeout.TotalMilliseconds} ms");
        }
        catch (PodSourceException failure)
        {
            Tell(failure.Message);
        }

        return null;
    }

    private void Tell(string problem)
    {
        if (_log.MayTell())
        {
            log.PodNotRead(problem);
        }
    }

    /// <param name="Began">A timestamp of the monotonic clock, so that a step of the wall clock changes nothing.</param>
    private sealed record Known(Task<PodDisruption?> Read, long Began)
    {
        /// <summary>Null when the pod is not disrupted, or when nobody knows.</summary>
        public PodDisruption? Disrupted => Read is { IsCompletedSuccessfully: true, Result: { Reason: not null } pod } ? pod : null;
    }
}
