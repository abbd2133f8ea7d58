using Crik.Contracts.PodCheckpoints;

namespace Crik.NodeAgent.Objects;

/// <summary>Tells people what became of a PodCheckpoint, with Events. They are not essential, so nothing fails without them.</summary>
internal interface INotices
{
    Task TellAsync(PodCheckpointDocument item, bool isWarning, string reason, string message, CancellationToken cancellationToken);
}
