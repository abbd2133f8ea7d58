using System.Buffers;
using System.Buffers.Text;
using Crik.Contracts;
using Crik.NodeStateServer.State;

namespace Crik.NodeStateServer.Endpoints;

/// <summary>Answers requests about all nodes, or those in one state. All of them read the same rendered snapshot.</summary>
internal sealed class ListEndpoint(NodeStateStore store, NodeSnapshots snapshots, LargeAnswers limits, Deliveries deliveries)
{
    private static readonly byte[] s_start = "{\"nodes\":["u8.ToArray();

    public async Task GetAsync(HttpContext context)
    {
        NodeState? wanted = null;
        if ((string?)context.Request.Query["state"] is { } name)
        {
            if (!NodeStateNames.TryParse(name, out NodeState state))
            {
                await Answers.RefuseAsync(context, StatusCodes.Status400BadRequest, "state: must be unknown, ready, cordoned, shutting-down or gone");
                return;
            }

            wanted = state;
        }

        if (!store.IsSynced)
        {
            await Answers.SoonAsync(context, Answers.NotSynced);
            return;
        }

        if (!limits.Lists.TryTake())
        {
            await Answers.LaterAsync(context, $"{limits.Lists.Most} clients are reading a list of nodes, which is the limit of this server");
            return;
        }

        try
        {
            using NodeSnapshots.Lease lease = await snapshots.TakeAsync();
            await WriteAsync(context, lease.Nodes, wanted);
        }
        finally
        {
            limits.Lists.Leave();
        }
    }

    private async Task WriteAsync(HttpContext context, RenderedNodes nodes, NodeState? wanted)
    {
        byte[] end = End(nodes.ObservedAt);
        context.Response.ContentType = Answers.Json;
        context.Response.Headers.CacheControl = "no-store";
        context.Response.ContentLength = s_start.Length + Length(nodes, wanted) + end.Length;
        if (HttpMethods.IsHead(context.Request.Method))
        {
            return;
        }

        Delivery delivery = deliveries.To(context);
        delivery.Body.Write(s_start);
        bool isFirst = true;
        foreach (RenderedNodes.Piece piece in nodes.Pieces)
        {
            if (wanted is null || piece.State == wanted)
            {
                delivery.Body.Write(isFirst ? [] : ","u8);
                delivery.Body.Write(nodes.BytesOf(piece).Span);
                isFirst = false;
                await delivery.FlushIfFullAsync();
            }
        }

        delivery.Body.Write(end);
        await delivery.FlushAsync();
    }

    private static long Length(RenderedNodes nodes, NodeState? wanted)
    {
        long length = 0;
        int count = 0;
        foreach (RenderedNodes.Piece piece in nodes.Pieces)
        {
            if (wanted is null || piece.State == wanted)
            {
                length += piece.Length;
                count++;
            }
        }

        return length + Math.Max(0, count - 1);
    }

    private static byte[] End(DateTimeOffset? observedAt)
    {
        if (observedAt is not { } time)
        {
            return "]}"u8.ToArray();
        }

        Span<byte> text = stackalloc byte[40];
        Utf8Formatter.TryFormat(time, text, out int length, 'O');
        return [.. "],\"observedAt\":\""u8, .. text[..length], .. "\"}"u8];
    }
}
