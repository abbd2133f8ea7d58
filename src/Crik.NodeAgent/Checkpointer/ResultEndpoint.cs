using Crik.Contracts.PodCheckpoints;

namespace Crik.NodeAgent.Checkpointer;

/// <summary>Answers `GET /checkpoint?checkpointIdentifier=NODE:ID`: waits for a checkpoint that was ordered before, of any node.</summary>
internal sealed class ResultEndpoint(CheckpointerCallers callers, CheckpointOrders orders, WaitingRequests waiting)
{
    public async Task<CheckpointerAnswer> AnswerAsync(HttpContext context)
    {
        if (CheckpointIdentifier.Parse(context.Request.Query["checkpointIdentifier"].ToString()) is not { } identifier)
        {
            return CheckpointerAnswer.Text(StatusCodes.Status400BadRequest, CheckpointerAnswer.BadIdentifier);
        }

        if (await callers.IsKnownAsync(context) is { } unknown)
        {
            return unknown;
        }

        if (!identifier.IsPossible || await orders.FindAsync(identifier, context.RequestAborted) is not { } checkpoint)
        {
            return CheckpointerAnswer.StatusOnly(StatusCodes.Status404NotFound);
        }

        if (await callers.MayReadAsync(context, checkpoint.Metadata?.Namespace ?? "") is { } mayNot)
        {
            return mayNot;
        }

        using IDisposable? place = waiting.Enter();
        return place is null ? WaitingRequests.Full : Answer(await waiting.WaitAsync(checkpoint, context.RequestAborted));
    }

    private static CheckpointerAnswer Answer(CheckpointOutcome outcome) => outcome switch
    {
        CheckpointOutcome.Done done => CheckpointerAnswer.Json(StatusCodes.Status200OK, done.Entry, CheckpointerJson.Default.EntryDocument),
        CheckpointOutcome.Failed { Reason: PodCheckpointReasons.ContainerNotFound } =>
            CheckpointerAnswer.Text(StatusCodes.Status404NotFound, CheckpointerAnswer.NoContainer),
        CheckpointOutcome.Gone => CheckpointerAnswer.StatusOnly(StatusCodes.Status404NotFound),
        CheckpointOutcome.Untaken => CheckpointerAnswer.Text(StatusCodes.Status404NotFound, CheckpointerAnswer.NoAgent),
        _ => CheckpointerAnswer.Text(StatusCodes.Status500InternalServerError, CheckpointerAnswer.Failed),
    };
}
