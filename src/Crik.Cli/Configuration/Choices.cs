using Crik.Contracts;

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

internal enum WhenClockJumps
{
    Warn,
    StartFresh,
    Fail,
}

internal enum WhenHookFails
{
    GoOn,
    GiveUp,
}

internal enum NodeStateSource
{
    Auto,
    Server,
    Ec2,
    Gce,
    Azure,
    None,
}

internal enum WhenNodeStateUnknown
{
    Checkpoint,
    Forward,
}

internal enum LazyPages
{
    Auto,
    Always,
    Never,
}

internal enum Compression
{
    Auto,
    None,
    Lz4,
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

    public static Choice<WhenClockJumps> WhenClockJumps { get; } = new(
        ("warn", Configuration.WhenClockJumps.Warn),
        ("startFresh", Configuration.WhenClockJumps.StartFresh),
        ("fail", Configuration.WhenClockJumps.Fail));

    public static Choice<WhenHookFails> WhenHookFails { get; } =
        new(("goOn", Configuration.WhenHookFails.GoOn), ("giveUp", Configuration.WhenHookFails.GiveUp));

    public static Choice<NodeStateSource> NodeStateSource { get; } = new(
        ("auto", Configuration.NodeStateSource.Auto),
        ("server", Configuration.NodeStateSource.Server),
        ("ec2", Configuration.NodeStateSource.Ec2),
        ("gce", Configuration.NodeStateSource.Gce),
        ("azure", Configuration.NodeStateSource.Azure),
        ("none", Configuration.NodeStateSource.None));

    public static Choice<WhenNodeStateUnknown> WhenNodeStateUnknown { get; } =
        new(("checkpoint", Configuration.WhenNodeStateUnknown.Checkpoint), ("forward", Configuration.WhenNodeStateUnknown.Forward));

    /// <summary>Unknown is not among them: <c>whenNodeStateUnknown</c> speaks of it.</summary>
    public static Choice<NodeState> NodeState { get; } = new(
        [.. NodeStateNames.All.Where(state => state != Contracts.NodeState.Unknown).Select(state => (state.ToWireName(), state))]);

    public static Choice<LazyPages> LazyPages { get; } = new(
        ("auto", Configuration.LazyPages.Auto),
        ("always", Configuration.LazyPages.Always),
        ("never", Configuration.LazyPages.Never));

    public static Choice<Compression> Compression { get; } = new(
        ("auto", Configuration.Compression.Auto),
        ("none", Configuration.Compression.None),
        ("lz4", Configuration.Compression.Lz4));

    public static Choice<IoUring> IoUring { get; } = new(("hide", Configuration.IoUring.Hide), ("allow", Configuration.IoUring.Allow));

    public static Choice<LogFormat> LogFormat { get; } =
        new(("text", Configuration.LogFormat.Text), ("json", Configuration.LogFormat.Json));

    public static Choice<LogLevel> LogLevel { get; } = new(
        ("error", Configuration.LogLevel.Error),
        ("warning", Configuration.LogLevel.Warning),
        ("info", Configuration.LogLevel.Info),
        ("debug", Configuration.LogLevel.Debug));
}
