using System.Buffers;
using System.Text;
using Crik.NodeStateServer.State;

namespace Crik.NodeStateServer.Endpoints;

/// <summary>
/// Sends all changes as server-sent events: first every node, then `synced`, then each change. A client that reconnects
/// with `Last-Event-ID` gets only the changes it missed, if they are still remembered. An event contains the whole
/// answer about a node, so an event that is sent twice does no harm.
/// </summary>
internal sealed class WatchEndpoint(NodeStateStore store, NodeSnapshots snapshots, LargeAnswers limits, Deliveries deliveries)
{
    /// <summary>
    /// How often a comment is sent when nothing changes. It keeps proxies from closing the stream, and reveals clients
    /// that are gone.
    /// </summary>
    private static readonly TimeSpan s_heartbeat = TimeSpan.FromSeconds(15);

    public async Task GetAsync(HttpContext context)
    {
        if (!store.IsSynced)
        {
            await Answers.SoonAsync(context, Answers.NotSynced);
            return;
        }

        if (HttpMethods.IsHead(context.Request.Method))
        {
            Describe(context.Response);
            return;
        }

        if (!limits.Streams.TryTake())
        {
            await Answers.LaterAsync(context, $"{limits.Streams.Most} streams are open, which is the limit of this server");
            return;
        }

        try
        {
            await StreamAsync(context);
        }
        finally
        {
            limits.Streams.Leave();
        }
    }

    private async Task StreamAsync(HttpContext context)
    {
        Delivery delivery = deliveries.To(context);
        ChangeSubscription? subscription = store.Subscribe(context.Request.Headers["Last-Event-ID"]);
        if (subscription.IsContinued)
        {
            Describe(context.Response);
        }
        else
        {
            using NodeSnapshots.Lease lease = await snapshots.TakeAsync();
            subscription = store.SubscribeAfter(lease.Nodes.At);
            if (subscription is null)
            {
                await Answers.LaterAsync(context, "the nodes change too quickly for a new stream");
                return;
            }

            Describe(context.Response);
            await WriteAllAsync(delivery, lease.Nodes);
        }

        await WriteChangesAsync(delivery, subscription, store.Count, context.RequestAborted);
    }

    private static void Describe(HttpResponse response)
    {
        response.ContentType = "text/event-stream";
        response.Headers.CacheControl = "no-store";
    }

    /// <summary>These events have no id: a client that loses its connection here must get every node again.</summary>
    private static async Task WriteAllAsync(Delivery delivery, RenderedNodes nodes)
    {
        foreach (RenderedNodes.Piece piece in nodes.Pieces)
        {
            delivery.Body.Write("event: node\ndata: "u8);
            delivery.Body.Write(nodes.BytesOf(piece).Span);
            delivery.Body.Write("\n\n"u8);
            await delivery.FlushIfFullAsync();
        }
    }

    private static async Task WriteChangesAsync(Delivery delivery, ChangeSubscription subscription, int nodes, CancellationToken cancellationToken)
    {
        while (subscription.LastRead < subscription.Start)
        {
            // These changes are older than the stream.
            if (await TryWriteNextAsync(delivery, subscription) is FeedPosition.Lost)
            {
                return; // without synced, because the client has not got everything
            }
        }

        Write(delivery, $"event: synced\nid: {subscription.IdOf(subscription.LastRead)}\ndata: {{\"nodes\":{nodes}}}\n\n");
        await delivery.FlushAsync();
        delivery.IsUnbounded = true;
        while (true)
        {
            FeedPosition position = await TryWriteNextAsync(delivery, subscription);
            if (position is FeedPosition.Lost)
            {
                return;
            }

            if (position is FeedPosition.AtEnd)
            {
                await delivery.FlushAsync();
                if (!await subscription.WaitAsync(s_heartbeat, cancellationToken))
                {
                    Write(delivery, ":\n\n");
                }
            }
        }
    }

    private static async ValueTask<FeedPosition> TryWriteNextAsync(Delivery delivery, ChangeSubscription subscription)
    {
        FeedPosition position = subscription.Read(out NumberedAnswer change);
        if (position is FeedPosition.Behind)
        {
            Write(delivery, $"event: node\nid: {subscription.IdOf(change.Number)}\ndata: ");
            delivery.Body.Write(change.Answer.Json(null));
            delivery.Body.Write("\n\n"u8);
            await delivery.FlushIfFullAsync();
        }

        return position;
    }

    private static void Write(Delivery delivery, string text) => Encoding.UTF8.GetBytes(text, delivery.Body);
}
