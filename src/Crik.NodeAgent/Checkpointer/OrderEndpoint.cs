using Crik.Contracts.PodCheckpoints;
using Crik.Kubernetes.Resources;
using Crik.NodeAgent.Objects;
using Crik.NodeAgent.Steps;

namespace Crik.NodeAgent.Checkpointer;

/// <summary>
/// Answers `POST /checkpoint/{namespace}/{pod}/{container}`: orders a checkpoint, and waits for it unless the client does not want
/// that.
/// </summary>
internal sealed class OrderEndpoint(CheckpointerCallers callers, IPods pods, CheckpointOrders orders, WaitingRequests waiting)
{
    public async Task<CheckpointerAnswer> AnswerAsync(HttpContext context, string segments)
    {
        if (ContainerPath.Parse(segments) is not { } container)
        {
            return CheckpointerAnswer.Text(StatusCodes.Status400BadRequest, CheckpointerAnswer.BadPath);
        }

        if (await callers.MayCreateAsync(context, container.Namespace) is { } mayNot)
        {
            return mayNot;
        }

        (OrderDocument order, CheckpointerAnswer? refusal) = await OrderBody.ReadAsync(context.Request, context.RequestAborted);
        bool deletePod = order.DeletePod is true;
        if ((refusal ?? (deletePod ? await callers.MayDeletePodsAsync(context, container.Namespace) : null)) is { } refused)
        {
            return refused;
        }

        PodView? pod = await pods.FindAsync(new ObjectName(container.Namespace, container.Pod), context.RequestAborted);
        if (pod?.Node is not { Length: > 0 } node)
        {
            return CheckpointerAnswer.Text(StatusCodes.Status404NotFound, CheckpointerAnswer.NoPod);
        }

        return pod.Containers.Any(one => one.Name == container.Container)
            ? await OrderAsync(context, new OrderedContainer(container, pod.Uid, CheckpointIdentifier.New(node)), deletePod, order.Async is true)
            : CheckpointerAnswer.Text(StatusCodes.Status404NotFound, CheckpointerAnswer.NoContainer);
    }

    private async Task<CheckpointerAnswer> OrderAsync(HttpContext context, OrderedContainer what, bool deletePod, bool isAsync)
    {
        using IDisposable? place = isAsync ? null : waiting.Enter();
        if (!isAsync && place is null)
        {
            return WaitingRequests.Full;
        }

        // From here on the client may go away: the order stands.
        PodCheckpointDocument order = await orders.CreateAsync(what.Path, what.PodUid, what.Identifier, deletePod, CancellationToken.None);
        return isAsync
            ? CheckpointerAnswer.Json(
                StatusCodes.Status202Accepted,
                new IdentifierDocument { CheckpointIdentifier = what.Identifier.ToString() },
                CheckpointerJson.Default.IdentifierDocument)
            : await ResultAsync(order, context.RequestAborted);
    }

    private async Task<CheckpointerAnswer> ResultAsync(PodCheckpointDocument order, CancellationToken cancellationToken)
    {
        while (true)
        {
            CheckpointOutcome outcome = await waiting.WaitAsync(order, cancellationToken);
            switch (outcome)
            {
                case CheckpointOutcome.Done done:
                    return CheckpointerAnswer.Json(StatusCodes.Status201Created, done.Entry, CheckpointerJson.Default.EntryDocument);
                case CheckpointOutcome.Failed { Reason: PodCheckpointReasons.PodNotFound }:
                    return CheckpointerAnswer.Text(StatusCodes.Status404NotFound, CheckpointerAnswer.NoPod);
                case CheckpointOutcome.Failed { Reason: PodCheckpointReasons.ContainerNotFound }:
                    return CheckpointerAnswer.Text(StatusCodes.Status404NotFound, CheckpointerAnswer.NoContainer);
                case CheckpointOutcome.Failed failed:
                    return Failure($"{CheckpointerAnswer.Failed}: {failed.Message}");
                case CheckpointOutcome.Untaken untaken when await orders.TakeBackAsync(order, untaken.Version, cancellationToken):
                    return CheckpointerAnswer.Text(StatusCodes.Status404NotFound, CheckpointerAnswer.NoAgent); // and nobody deletes the pod later
                case CheckpointOutcome.Untaken:
                    break; // an agent has just begun
                case CheckpointOutcome.Silent silent:
                    return Failure($"{CheckpointerAnswer.Failed}: nothing has happened for {silent.Waited.TotalMinutes:0} minutes; "
                        + $"it may go on as podcheckpoint {order.Metadata?.Namespace}/{order.Metadata?.Name}");
                default:
                    return Failure($"{CheckpointerAnswer.Failed}: somebody has deleted podcheckpoint {order.Metadata?.Namespace}/{order.Metadata?.Name}");
            }
        }
    }

    private static CheckpointerAnswer Failure(string text) => CheckpointerAnswer.Text(StatusCodes.Status500InternalServerError, text);

    private sealed record OrderedContainer(ContainerPath Path, string PodUid, CheckpointIdentifier Identifier);
}
