namespace Crik.Init;

/// <summary>How crik ends when it does not wait for the run any more.</summary>
internal enum EndWithoutRun
{
    NotYet,

    /// <summary>As its program did.</summary>
    Ended,

    /// <summary>With a committed checkpoint.</summary>
    Checkpointed,

    /// <summary>SIGTERM came before there was a program.</summary>
    Interrupted,
}
