using Crik.Configuration;
using Crik.Store;

namespace Crik.Policy;

/// <summary>Sorts restores by how the last run ended, for the figures.</summary>
internal static class RestoreReasons
{
    /// <param name="last">The run record; <see langword="null"/> when there is none.</param>
    public static RestoreReason Of(RunRecord? last, RestoreMode mode) =>
        mode == RestoreMode.Always ? RestoreReason.Always : last?.End?.Kind switch
        {
            RunEndKind.Checkpointed => RestoreReason.Checkpointed,
            RunEndKind.RolledBack => RestoreReason.RolledBack,
            _ => RestoreReason.Crashed,
        };
}
