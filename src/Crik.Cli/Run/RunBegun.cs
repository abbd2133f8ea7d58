using Crik.Policy;

namespace Crik.Run;

/// <summary>How the beginning of a run went.</summary>
internal abstract record RunBegun
{
    public sealed record Started(ProgramStarted Program) : RunBegun;

    /// <summary>SIGTERM came first.</summary>
    public sealed record Interrupted : RunBegun;

    /// <summary>The state in this slot was not restored, and another slot may have one that can be.</summary>
    public sealed record Refused(SlotRefusal Refusal) : RunBegun;
}
