namespace Crik.Configuration;

internal enum RestoreMode
{
    Once,
    Always,
}

internal enum WhenRestoreFails
{
    StartFresh,
    Fail,
}

internal enum WhenIncompatible
{
    StartFresh,
    TryAnyway,
    Fail,
}

internal enum WhenCrashed
{
    Restore,
    StartFresh,
}

internal enum IoUring
{
    Hide,
    Allow,
}

internal enum LogFormat
{
    Text,
    Json,
}

internal enum LogLevel
{
    Error,
    Warning,
    Info,
    Debug,
}

/// <summary>How each enum is spelled in configuration.</summary>
internal static class Choices
{
    public static Choice<RestoreMode> RestoreMode { get; } =
        new(("once", Configuration.RestoreMode.Once), ("always", Configuration.RestoreMode.Always));

    public static Choice<WhenRestoreFails> WhenRestoreFails { get; } =
        new(("startFresh", Configuration.WhenRestoreFails.StartFresh), ("fail", Configuration.WhenRestoreFails.Fail));

    public static Choice<WhenIncompatible> WhenIncompatible { get; } = new(
        ("startFresh", Configuration.WhenIncompatible.StartFresh),
        ("tryAnyway", Configuration.WhenIncompatible.TryAnyway),
        ("fail", Configuration.WhenIncompatible.Fail));

    public static Choice<WhenCrashed> WhenCrashed { get; } =
        new(("restore", Configuration.WhenCrashed.Restore), ("startFresh", Configuration.WhenCrashed.StartFresh));

    public static Choice<IoUring> IoUring { get; } = new(("hide", Configuration.IoUring.Hide), ("allow", Configuration.IoUring.Allow));

    public static Choice<LogFormat> LogFormat { get; } =
        new(("text", Configuration.LogFormat.Text), ("json", Configuration.LogFormat.Json));

    public static Choice<LogLevel> LogLevel { get; } = new(
        ("error", Configuration.LogLevel.Error),
        ("warning", Configuration.LogLevel.Warning),
        ("info", Configuration.LogLevel.Info),
        ("debug", Configuration.LogLevel.Debug));
}
