using System.Buffers;
using System.IO.Pipelines;
using Crik.NodeStateServer.Metrics;

namespace Crik.NodeStateServer.Endpoints;

/// <summary>
/// Sends one answer in small pieces. Nothing is buffered for a client that does not read. It is disconnected when its time
/// is over.
/// </summary>
internal sealed class Delivery(HttpContext context, DeliveryLimits limits, TimeProvider clock, ServerMetrics metrics)
{
    private const int PieceSize = 8 << 10;

    private readonly PipeWriter _body = context.Response.BodyWriter;
    private readonly long _began = clock.GetTimestamp();

    /// <summary>Is random, so that clients that came together are not all disconnected in one moment.</summary>
    private readonly TimeSpan _stall = limits.Stall * (1 + Random.Shared.NextDouble() / 2);

    /// <summary>Where the next bytes are written to. Call <see cref="FlushIfFullAsync"/> often.</summary>
    public IBufferWriter<byte> Body => _body;

    /// <summary>Whether the client has read everything that must be read by a certain time.</summary>
    public bool IsUnbounded { get; set; }

    public ValueTask FlushIfFullAsync() => _body.UnflushedBytes >= PieceSize ? FlushAsync() : ValueTask.CompletedTask;

    public ValueTask FlushAsync()
    {
        ValueTask<FlushResult> flush = _body.FlushAsync(context.RequestAborted);
        if (!flush.IsCompletedSuccessfully || IsLate())
        {
            return FinishAsync(flush.AsTask());
        }

        _ = flush.Result; // a ValueTask must be consumed
        return ValueTask.CompletedTask;
    }

    private bool IsLate() => !IsUnbounded && clock.GetElapsedTime(_began) > limits.Whole;

    private async ValueTask FinishAsync(Task flush)
    {
        TimeSpan left = limits.Whole - clock.GetElapsedTime(_began);
        TimeSpan atMost = IsUnbounded || left > _stall ? _stall : left > TimeSpan.Zero ? left : TimeSpan.Zero;
        await flush.WaitAsync(atMost, clock).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (flush.IsCompleted && !IsLate())
        {
            await flush;
            return;
        }

        metrics.SlowReaderDisconnected();
        context.Abort();
        throw new SlowReaderException();
    }
}
