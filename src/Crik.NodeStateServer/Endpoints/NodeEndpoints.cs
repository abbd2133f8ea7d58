using System.Text.Json;
using Crik.Contracts;
using Crik.NodeStateServer.Configuration;
using Crik.NodeStateServer.Metrics;
using Crik.NodeStateServer.Pods;
using Crik.NodeStateServer.State;

namespace Crik.NodeStateServer.Endpoints;

/// <summary>Answers requests about one node and about all nodes.</summary>
internal sealed class NodeEndpoints(NodeStateStore store, ServerOptions options, ServerMetrics metrics, PodDisruptions pods)
{
    private const int FlushAt = 16 << 10;

    public Task GetNodeAsync(HttpContext context, string name)
    {
        if (!NodeName.IsValid(name))
        {
            return Answers.RefuseAsync(context, StatusCodes.Status400BadRequest, NodeName.Form);
        }

        if (!store.IsSynced)
        {
            return Answers.NotSyncedAsync(context, name);
        }

        PollQuery query = PollQuery.Read(context.Request.QueryString);
        return query.Problem is { } problem ? Answers.RefuseAsync(context, StatusCodes.Status400BadRequest, problem)
            : query.Wait > TimeSpan.Zero ? WaitAsync(context, name, query.Wait, query.Version)
            : query.Pod is { } pod ? AnswerWithPodAsync(context, name, pod, query.Uid)
            : AnswerAsync(context, name);
    }

    public async Task GetAllAsync(HttpContext context)
    {
        string? wanted = context.Request.Query["state"];
        if (wanted is not null && !NodeStateNames.TryParse(wanted, out _))
        {
            await Answers.RefuseAsync(context, StatusCodes.Status400BadRequest, "state: must be unknown, ready, cordoned, shutting-down or gone");
            return;
        }

        if (!store.IsSynced)
        {
            context.Response.Headers.RetryAfter = "1";
            await Answers.RefuseAsync(context, StatusCodes.Status503ServiceUnavailable, Answers.NotSynced);
            return;
        }

        IEnumerable<NodeAnswer> answers = store.All().Where(answer => wanted is null || answer.State.ToWireName() == wanted);
        context.Response.ContentType = Answers.Json;
        context.Response.Headers.CacheControl = "no-store";
        await WriteListAsync(context, answers.OrderBy(answer => answer.Name, StringComparer.Ordinal));
    }

    /// <summary>
    /// Answers clients of the original server. They know only two states, and do not understand the status 404.
    /// </summary>
    public Task GetOriginalAsync(HttpContext context, string name)
    {
        if (!NodeName.IsValid(name))
        {
            return Answers.RefuseAsync(context, StatusCodes.Status400BadRequest, NodeName.Form);
        }

        if (!store.IsSynced)
        {
            return Answers.NotSyncedAsync(context, name);
        }

        NodeState state = store.Find(name)?.State is NodeState.ShuttingDown or NodeState.Gone ? NodeState.ShuttingDown : NodeState.Unknown;
        return Answers.WriteAsync(context, StatusCodes.Status200OK, Answers.Json, JsonSerializer.SerializeToUtf8Bytes(
            new OriginalResponse(name, state), OriginalJson.Default.OriginalResponse));
    }

    /// <summary>
    /// Answers as soon as the node's version differs from that in the query, at the latest when the wait is over.
    /// </summary>
    private async Task WaitAsync(HttpContext context, string name, TimeSpan wait, long? version)
    {
        metrics.WaitBegins();
        await store.WaitAsync(name, version ?? store.Find(name)?.Version ?? 0, wait < options.MaxWait ? wait : options.MaxWait, context.RequestAborted);
        metrics.WaitEnds();
        await AnswerAsync(context, name);
    }

    /// <summary>The pod is read first, because the state of the node may change meanwhile.</summary>
    private async Task AnswerWithPodAsync(HttpContext context, string name, PodName pod, string uid)
    {
        string? disruption = store.Find(name) is null ? null : await pods.FindAsync(pod, uid, name, context.RequestAborted);
        await (disruption is not null && store.Find(name) is { } answer
            ? Answers.WriteAsync(context, StatusCodes.Status200OK, Answers.Json, answer.JsonWith(disruption))
            : AnswerAsync(context, name));
    }

    private Task AnswerAsync(HttpContext context, string name) =>
        store.Find(name) is { } answer
            ? Answers.WriteAsync(context, StatusCodes.Status200OK, Answers.Json, answer.Json)
            : Answers.UnknownAsync(context, StatusCodes.Status404NotFound, name, "the cluster has no Node of this name");

    /// <summary>Writes the list in small pieces, because 15,000 answers have 3 MB.</summary>
    private static async Task WriteListAsync(HttpContext context, IEnumerable<NodeAnswer> answers)
    {
        System.IO.Pipelines.PipeWriter body = context.Response.BodyWriter;
        using Utf8JsonWriter json = new(body);
        json.WriteStartObject();
        json.WriteStartArray("nodes");
        long flushed = 0;
        foreach (NodeAnswer answer in answers)
        {
            answer.WriteTo(json);
            if (json.BytesCommitted + json.BytesPending - flushed > FlushAt)
            {
                json.Flush();
                flushed = json.BytesCommitted;
                await body.FlushAsync(context.RequestAborted);
            }
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.Flush();
        await body.FlushAsync(context.RequestAborted);
    }
}
