using Crik.Store;

namespace Crik.Restore;

/// <summary>How the restore went that began a run.</summary>
/// <param name="steps">How long each <see cref="RestoreStep"/> took.</param>
/// <param name="madeAt">When the checkpoint was made.</param>
internal sealed class RestoreFigures(TimeSpan[] steps, CheckpointSize size, DateTimeOffset madeAt)
{
    public static readonly string[] StepNames = ["checking", "files", "restoring"];

    public TimeSpan[] Steps => steps;

    public CheckpointSize Size => size;

    public DateTimeOffset MadeAt => madeAt;
}
