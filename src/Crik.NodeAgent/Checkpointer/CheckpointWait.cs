using System.Threading.Channels;
using Crik.Contracts;
using Crik.Contracts.PodCheckpoints;
using Crik.Kubernetes.Api;
using Crik.Kubernetes.Watching;
using Crik.NodeAgent.Objects;

namespace Crik.NodeAgent.Checkpointer;

/// <summary>Waits for a PodCheckpoint with a watch of its own. The checkpoint goes on if nobody waits for it any more.</summary>
internal sealed class CheckpointWait(KubernetesApi api, CheckpointerOptions options, TimeProvider clock)
{
    /// <param name="created">The object as it was read or created.</param>
    public async Task<CheckpointOutcome> ForAsync(PodCheckpointDocument created, CancellationToken cancellationToken)
    {
        using CancellationTokenSource end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Channel<PodCheckpointDocument?> states = Channel.CreateUnbounded<PodCheckpointDocument?>();
        Task following = FollowAsync(created, states.Writer, end.Token);
        try
        {
            return await ReadAsync(created, states.Reader, cancellationToken);
        }
        finally
        {
            await end.CancelAsync();
            await following.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing); // it ends only because it is canceled
        }
    }

    /// <summary>How long nothing may change, by how large the checkpoint is known to be.</summary>
    internal static TimeSpan Patience(PodCheckpointDocument checkpoint, CheckpointerOptions options) =>
        !checkpoint.IsAccepted ? options.Untaken
        : options.Quiet + TimeSpan.FromSeconds((checkpoint.Status!.Containers ?? []).Sum(static container => container.Bytes ?? 0) / options.BytesPerSecond);

    private async Task<CheckpointOutcome> ReadAsync(
        PodCheckpointDocument created, ChannelReader<PodCheckpointDocument?> states, CancellationToken cancellationToken)
    {
        PodCheckpointDocument known = created;
        while (true)
        {
            if (CheckpointOutcome.Of(known) is { } outcome)
            {
                return outcome;
            }

            TimeSpan patience = Patience(known, options);
            using CancellationTokenSource quiet = new(patience, clock);
            using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, quiet.Token);
            try
            {
                PodCheckpointDocument? next;
                do
                {
                    next = await states.ReadAsync(either.Token);
                }
                while (next?.Metadata?.ResourceVersion is { } version && version == known.Metadata?.ResourceVersion);

                if (next is null || next.Metadata?.Uid != created.Metadata?.Uid)
                {
                    return new CheckpointOutcome.Gone();
                }

                known = next;
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                return known.IsAccepted
                    ? new CheckpointOutcome.Silent(patience)
                    : new CheckpointOutcome.Untaken(known.Metadata?.ResourceVersion);
            }
        }
    }

    /// <summary>Writes each state of the object, and null when it is gone.</summary>
    private Task FollowAsync(PodCheckpointDocument created, ChannelWriter<PodCheckpointDocument?> states, CancellationToken cancellationToken)
    {
        string name = created.Metadata!.Name!;
        ResourceSelection selection = new(CheckpointObjects.Type, created.Metadata.Namespace, FieldSelector: $"metadata.name={name}");
        ResourceFollower<PodCheckpointDocument> follower = new(api, selection, ContractsJson.Default.PodCheckpointDocument, new FollowOptions(), clock);
        bool isThere = false;
        return follower.FollowAsync(
            change =>
            {
                switch (change.Kind)
                {
                    case ResourceChangeKind.ListBegins:
                        isThere = false;
                        break;
                    case ResourceChangeKind.Present when change.Item?.Metadata?.Name == name:
                        isThere = true;
                        states.TryWrite(change.Item);
                        break;
                    case ResourceChangeKind.Deleted when change.Item?.Metadata?.Name == name:
                    case ResourceChangeKind.Listed when !isThere:
                        states.TryWrite(null);
                        break;
                    default:
                        break;
                }
            },
            cancellationToken);
    }
}
