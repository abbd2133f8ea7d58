namespace Crik.Init;

/// <summary>How a run of crik ended. Program turns it into an exit code.</summary>
internal abstract record RunEnding
{
    public sealed record Ended(ExitStatus Exit) : RunEnding;

    /// <summary>The program was ended with a committed checkpoint.</summary>
    public sealed record Checkpointed : RunEnding;

    /// <summary>SIGTERM came before the program ran.</summary>
    public sealed record Interrupted : RunEnding;

    /// <summary>The program was ended because memory of the checkpoint that it was restored from did not come in.</summary>
    public sealed record Incomplete(string Reason) : RunEnding;
}
