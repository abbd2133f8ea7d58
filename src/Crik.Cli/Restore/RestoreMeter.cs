using Crik.Diagnostics;
using Crik.Store;

namespace Crik.Restore;

/// <summary>Measures and counts what a start does to restore a checkpoint, over all checkpoints that it tries.</summary>
internal sealed class RestoreMeter
{
    private readonly StepClock _clock = new(RestoreFigures.StepNames.Length);
    private CheckpointManifest? _tried;

    /// <summary>How many checkpoints were set aside.</summary>
    public int SetAside { get; set; }

    /// <summary><see langword="null"/> when no checkpoint was tried.</summary>
    public RestoreFigures? Figures => _tried is { } manifest ? new(_clock.Steps, manifest.Size, manifest.CreatedAt) : null;

    public void EndChecking(CheckpointManifest manifest)
    {
        _tried = manifest;
        End(RestoreStep.Checking);
    }

    public void End(RestoreStep step) => _clock.End((int)step);
}
