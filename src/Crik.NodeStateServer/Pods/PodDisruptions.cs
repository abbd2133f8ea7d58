using System.Collections.Concurrent;
using Crik.Contracts;
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
    private static readonly TimeSpan s_quiet = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<PodName, (string? Answer, DateTimeOffset Until)> _known = new();

    /// <summary>Limits concurrent reads, so that a large roll-out does not overload the API server.</summary>
    private readonly SemaphoreSlim _reads = new(16);

    private long _toldAt;

    /// <returns>The reason, <see cref="NodeStateResponse.NotDisrupted"/>, or null when it is not known.</returns>
    public async ValueTask<string?> FindAsync(PodName pod, CancellationToken cancellationToken)
    {
        if (!options.ReadPods)
        {
            return null;
        }

        if (_known.TryGetValue(pod, out (string? Answer, DateTimeOffset Until) known) && clock.GetUtcNow() < known.Until)
        {
            return known.Answer;
        }

        string? answer = await ReadAsync(pod, cancellationToken);
        if (_known.Count >= Remembered)
        {
            _known.Clear();
        }

        _known[pod] = (answer, clock.GetUtcNow() + (answer is null or NodeStateResponse.NotDisrupted ? s_otherFor : s_disruptedFor));
        return answer;
    }

    public void Dispose() => _reads.Dispose();

    private async Task<string?> ReadAsync(PodName pod, CancellationToken cancellationToken)
    {
        using CancellationTokenSource deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(s_timeout);
        try
        {
            await _reads.WaitAsync(deadline.Token);
            try
            {
                PodDisruption? found = await source.FindAsync(pod, deadline.Token);
                return found?.Uid == pod.Uid ? found.Reason ?? NodeStateResponse.NotDisrupted : null;
            }
            finally
            {
                _reads.Release();
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
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
        long now = clock.GetTimestamp();
        long before = Interlocked.Read(ref _toldAt);
        if ((before == 0 || clock.GetElapsedTime(before, now) > s_quiet) && Interlocked.CompareExchange(ref _toldAt, now, before) == before)
        {
            log.PodNotRead(problem);
        }
    }
}
