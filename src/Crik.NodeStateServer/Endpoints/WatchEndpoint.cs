using System.IO.Pipelines;
using System.Text;
using Crik.NodeStateServer.Metrics;
using Crik.NodeStateServer.State;

namespace Crik.NodeStateServer.Endpoints;

/// <summary>
/// Sends all changes as server-sent events: first every node, then `synced`, then each change. A client that reconnects
/// with `Last-Event-ID` gets only the changes it missed, if they are still remembered. An event contains the whole
/// answer about a node, so an event that is sent twice does no harm.
/// </summary>
internal sealed class WatchEndpoint(NodeStateStore store, ServerMetrics metrics, TimeProvider clock)
{
    /// <summary>
    /// How often a comment is sent when nothing changes. It keeps proxies from closing the stream, and reveals clients
    /// that are gone.
    /// </summary>
    private static readonly TimeSpan s_heartbeat = TimeSpan.FromSeconds(15);

    private const int FlushAt = 16 << 10;

    public async Task GetAsync(HttpContext context)
    {
        if (!store.IsSynced)
        {
            context.Response.Headers.RetryAfter = "1";
            await Answers.RefuseAsync(context, StatusCodes.Status503ServiceUnavailable, Answers.NotSynced);
            return;
        }

        context.Response.ContentType = "text/event-stream";
        context.Response.Headers.CacheControl = "no-store";
        if (HttpMethods.IsHead(context.Request.Method))
        {
            return;
        }

        metrics.StreamBegins();
        try
        {
            using ChangeSubscription subscription = store.Subscribe(context.Request.Headers["Last-Event-ID"]);
            await WriteStartAsync(context.Response.BodyWriter, subscription, context.RequestAborted);
            await WriteChangesAsync(context.Response.BodyWriter, subscription, context.RequestAborted);
        }
        finally
        {
            metrics.StreamEnds();
        }
    }

    private async Task WriteStartAsync(PipeWriter body, ChangeSubscription subscription, CancellationToken cancellationToken)
    {
        if (subscription.Missed is { } missed)
        {
            foreach (NumberedAnswer change in missed)
            {
                WriteNode(body, change.Answer, subscription.IdOf(change.Number));
            }
        }
        else
        {
            // These events have no id: a client that loses its connection here must get every node again.
            foreach (NodeAnswer answer in store.All())
            {
                WriteNode(body, answer, null);
                if (body.UnflushedBytes > FlushAt)
                {
                    await body.FlushAsync(cancellationToken);
                }
            }
        }

        Write(body, $"event: synced\nid: {subscription.IdOf(subscription.At)}\ndata: {{\"nodes\":{store.Count}}}\n\n");
        await body.FlushAsync(cancellationToken);
    }

    private async Task WriteChangesAsync(PipeWriter body, ChangeSubscription subscription, CancellationToken cancellationToken)
    {
        // The channel has a single reader, so the same wait is kept over many heartbeats.
        Task<bool> more = subscription.Changes.WaitToReadAsync(cancellationToken).AsTask();
        while (true)
        {
            Task beat = Task.Delay(s_heartbeat, clock, cancellationToken);
            if (!more.IsCompleted && await Task.WhenAny(more, beat) == beat)
            {
                Write(body, ":\n\n");
            }
            else if (!await more)
            {
                return;
            }
            else
            {
                while (body.UnflushedBytes < FlushAt && subscription.Changes.TryRead(out NumberedAnswer change))
                {
                    WriteNode(body, change.Answer, subscription.IdOf(change.Number));
                }

                more = subscription.Changes.WaitToReadAsync(cancellationToken).AsTask();
            }

            await body.FlushAsync(cancellationToken);
        }
    }

    private static void WriteNode(PipeWriter body, NodeAnswer answer, string? id)
    {
        Write(body, id is null ? "event: node\ndata: " : $"event: node\nid: {id}\ndata: ");
        using (System.Text.Json.Utf8JsonWriter json = new(body))
        {
            answer.WriteTo(json);
        }

        Write(body, "\n\n");
    }

    private static void Write(PipeWriter body, string text) => Encoding.UTF8.GetBytes(text, body);
}
