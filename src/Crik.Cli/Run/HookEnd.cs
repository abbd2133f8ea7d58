namespace Crik.Run;

/// <summary>Tells how a hook ended.</summary>
internal enum HookEnd
{
    /// <summary>It ended with exit code 0, or none is configured.</summary>
    Succeeded,

    /// <summary>It could not be started, or ended badly.</summary>
    Failed,

    /// <summary>It took longer than it may, and was killed.</summary>
    TookTooLong,

    /// <summary>Something more important came, and crik does not wait for it any more.</summary>
    LeftAlone,
}
