namespace Crik.Configuration;

/// <summary>How a checkpoint is restored, and what crik does when it cannot be restored as it was saved.</summary>
internal sealed record RestorePolicy
{
    /// <inheritdoc cref="CrikOptions.RestoreAttempts"/>
    public required int RestoreAttempts { get; init; }

    /// <inheritdoc cref="CrikOptions.WhenRestoreFails"/>
    public required WhenRestoreFails WhenRestoreFails { get; init; }

    /// <inheritdoc cref="CrikOptions.WhenIncompatible"/>
    public required WhenIncompatible WhenIncompatible { get; init; }

    /// <inheritdoc cref="CrikOptions.WhenProgramChanged"/>
    public required WhenProgramChanged WhenProgramChanged { get; init; }

    /// <inheritdoc cref="CrikOptions.MaxAge"/>
    public required TimeSpan MaxAge { get; init; }

    /// <inheritdoc cref="CrikOptions.WhenClockJumps"/>
    public required WhenClockJumps WhenClockJumps { get; init; }

    /// <inheritdoc cref="CrikOptions.WhenVolumeFilesChanged"/>
    public required WhenVolumeFilesChanged WhenVolumeFilesChanged { get; init; }

    /// <inheritdoc cref="CrikOptions.LazyPages"/>
    public required LazyPages LazyPages { get; init; }

    /// <inheritdoc cref="CrikOptions.AdditionalPaths"/>
    public required IReadOnlyList<string> AdditionalPaths { get; init; }

    /// <inheritdoc cref="CrikOptions.RestoredFile"/>
    public required string? RestoredFile { get; init; }
}
