namespace Crik.Configuration;

/// <summary>Whether a start restores a checkpoint or begins afresh, and what a program that begins afresh may use.</summary>
internal sealed record StartPolicy
{
    /// <inheritdoc cref="CrikOptions.ImageDirSlots"/>
    public required int ImageDirSlots { get; init; }

    /// <inheritdoc cref="CrikOptions.RestoreMode"/>
    public required RestoreMode RestoreMode { get; init; }

    /// <inheritdoc cref="CrikOptions.WhenCrashed"/>
    public required WhenCrashed WhenCrashed { get; init; }

    /// <inheritdoc cref="CrikOptions.RestoreLimit"/>
    public required int RestoreLimit { get; init; }

    /// <inheritdoc cref="CrikOptions.SettleTime"/>
    public required TimeSpan SettleTime { get; init; }

    /// <inheritdoc cref="CrikOptions.LockTimeout"/>
    public required TimeSpan LockTimeout { get; init; }

    /// <inheritdoc cref="CrikOptions.IoUring"/>
    public required IoUring IoUring { get; init; }
}
