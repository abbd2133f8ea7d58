using System.Text.Json;
using Crik.Contracts;
using Crik.NodeStateServer.Configuration;
using Crik.NodeStateServer.Metrics;
using Crik.NodeStateServer.Pods;
using Crik.NodeStateServer.State;

namespace Crik.NodeStateServer.Endpoints;

/// <summary>Answers requests about one node.</summary>
internal sealed class NodeEndpoints(NodeStateStore store, ServerOptions options, ServerMetrics metrics, PodDisruptions pods, TimeProvider clock)
{
    /// <summary>
    /// How long an answer at once waits until this replica has seen the version that the caller knows. With the time for a
    /// pod it is less than crik's nodeStateTimeout of 1 s.
    /// </summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromMilliseconds(400);

    /// <summary>How long a long-poll waits for that. It is long enough for a replica whose watch is opened again.</summary>
    private static readonly TimeSpan s_pollPatience = TimeSpan.FromSeconds(5);

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
            : query.NotOlderThan is { } version && !store.HasSeen(name, version) ? AnswerNotOlderAsync(context, name, query, version)
            : AnswerAsync(context, name, query);
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
    /// Waits until this replica has seen the Node at the version that the caller knows, so that it does not hear older news
    /// than another replica told it.
    /// </summary>
    private async Task AnswerNotOlderAsync(HttpContext context, string name, PollQuery query, ulong version)
    {
        long began = clock.GetTimestamp();
        TimeSpan bound = query.Wait <= TimeSpan.Zero ? s_patience : query.Wait < s_pollPatience ? query.Wait : s_pollPatience;
        if (!await store.History.WaitAsync(version, bound, context.RequestAborted) && !store.HasSeen(name, version) && !IsTheBestAnswer(name))
        {
            context.RequestAborted.ThrowIfCancellationRequested();
            await Answers.LagsAsync(context, name, version, store.History);
            return;
        }

        TimeSpan left = query.Wait - clock.GetElapsedTime(began);
        await AnswerAsync(context, name, query with { Wait = left > TimeSpan.Zero ? left : TimeSpan.Zero });
    }

    /// <summary>
    /// Whether the answer is better than that this replica lags. A replica that finds in a list that a Node is gone does not
    /// know the version of its deletion, and answers with the later one of the list. Another one that saw the deletion
    /// itself may reach that version only with the next bookmark. When the server shuts down, there is no later answer.
    /// </summary>
    private bool IsTheBestAnswer(string name) => store.IsClosed || store.Find(name)?.State is NodeState.Gone;

    private Task AnswerAsync(HttpContext context, string name, PollQuery query) =>
        query.Wait > TimeSpan.Zero ? WaitAsync(context, name, query.Wait, query.Version)
        : query.Pod is { } pod ? AnswerWithPodAsync(context, name, pod, query.Uid)
        : AnswerAsync(context, name);

    /// <summary>
    /// Answers as soon as the node's version differs from that in the query, at the latest when the wait is over.
    /// </summary>
    private async Task WaitAsync(HttpContext context, string name, TimeSpan wait, long? version)
    {
        long began = clock.GetTimestamp();
        metrics.WaitBegins();
        try
        {
            await store.WaitAsync(name, version ?? store.Find(name)?.Version ?? 0, wait < options.MaxWait ? wait : options.MaxWait, context.RequestAborted);
        }
        finally
        {
            metrics.WaitEnds();
        }

        context.RequestAborted.ThrowIfCancellationRequested();
        NodeAnswer? answer = store.Find(name);
        await AnswerAsync(context, name);
        if (answer?.HeardAt > began)
        {
            metrics.EventAnswered(clock.GetElapsedTime(answer.HeardAt));
        }
    }

    /// <summary>The pod is read first, because the state of the node may change meanwhile.</summary>
    private async Task AnswerWithPodAsync(HttpContext context, string name, PodName pod, string uid)
    {
        string? disruption = store.Find(name) is null ? null : await pods.FindAsync(pod, uid, name, context.RequestAborted);
        await (disruption is not null && store.Find(name) is { } answer
            ? Answers.WriteAsync(context, StatusCodes.Status200OK, Answers.Json, answer.JsonWith(disruption, store.History.ObservedAt))
            : AnswerAsync(context, name));
    }

    private Task AnswerAsync(HttpContext context, string name) =>
        store.Find(name) is { } answer
            ? Answers.WriteAsync(context, StatusCodes.Status200OK, Answers.Json, answer.Json(store.History.ObservedAt))
            : Answers.UnknownAsync(context, StatusCodes.Status404NotFound, name, "the cluster has no Node of this name", store.History.ObservedAt);
}
