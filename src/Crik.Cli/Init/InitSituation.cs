namespace Crik.Init;

/// <summary>What the init knows when it decides what to do. Times are in milliseconds of <see cref="Environment.TickCount64"/>.</summary>
internal readonly record struct InitSituation
{
    public required long Now { get; init; }

    /// <summary>When the first SIGTERM came.</summary>
    public long? TerminatedAt { get; init; }

    /// <summary>The program has had its SIGTERM from crik.</summary>
    public bool WasTerminated { get; init; }

    public bool HasProgram { get; init; }

    public long? ProgramEndedAt { get; init; }

    public SavePhase Phase { get; init; }

    /// <summary>When a save has to let the program go.</summary>
    public long ReleaseAt { get; init; }

    /// <summary>There is a run beside the init, which may have failed since.</summary>
    public bool HasRun { get; init; }

    /// <summary>The run has failed. It decides nothing any more, but it may still wait for the program's end and record it.</summary>
    public bool HasFailed { get; init; }

    /// <summary>There is no run any more that could record how the program ends, or never was one.</summary>
    public bool IsAlone { get; init; }
}
