namespace Crik.Configuration;

/// <summary>The user's shell commands that crik runs, how long each may take, and what a failed one means.</summary>
internal sealed record HookPolicy
{
    /// <inheritdoc cref="CrikOptions.BeforeCheckpoint"/>
    public required string? BeforeCheckpoint { get; init; }

    /// <inheritdoc cref="CrikOptions.AfterCheckpoint"/>
    public required string? AfterCheckpoint { get; init; }

    /// <inheritdoc cref="CrikOptions.AfterRestore"/>
    public required string? AfterRestore { get; init; }

    /// <inheritdoc cref="CrikOptions.OnNodeWarning"/>
    public required string? OnNodeWarning { get; init; }

    /// <inheritdoc cref="CrikOptions.WhenHookFails"/>
    public required WhenHookFails WhenHookFails { get; init; }

    /// <inheritdoc cref="CrikOptions.HookTimeout"/>
    public required TimeSpan HookTimeout { get; init; }
}
