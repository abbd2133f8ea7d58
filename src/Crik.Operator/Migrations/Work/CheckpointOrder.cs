using Crik.Contracts.PodCheckpoints;
using Crik.Contracts.PodMigrations;

namespace Crik.Operator.Migrations.Work;

/// <summary>Makes the PodCheckpoint by which the node agent saves a pod that moves. It is pure.</summary>
internal static class CheckpointOrder
{
    /// <summary>
    /// The migration does not own it: its images have to stay as long as the replacement may start again from them. The retention
    /// of the node agent deletes them.
    /// </summary>
    public static PodCheckpointDocument Of(PodMigrationDocument item, PodMove move) => PodCheckpointDocument.New(
        new ObjectMetadata
        {
            Name = move.Checkpoint,
            Namespace = item.Metadata!.Namespace,
            Labels = new Dictionary<string, string> { [PodMigrationNames.CheckpointLabel] = item.Metadata.Uid! },
        },
        new PodCheckpointSpec { Pod = move.Name, PodUid = move.Uid, Engine = CheckpointEngines.Kubelet, DeletePod = true });
}
