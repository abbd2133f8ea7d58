using Crik.Configuration;

namespace Crik.CommandLine;

/// <summary>What the command line asks for.</summary>
internal abstract record CommandLineRequest;

/// <summary>Run the command, which has at least one word.</summary>
internal sealed record RunRequest(CommandLineOverrides Overrides, IReadOnlyList<string> Command) : CommandLineRequest;

/// <summary>A command for people, which runs beside the crik that runs the program.</summary>
internal abstract record ToolRequest(CommandLineOverrides Overrides) : CommandLineRequest
{
    /// <summary>The slot of the image directory that is meant; null when none was named.</summary>
    public int? Slot { get; init; }
}

/// <summary>Show what is in the image directory.</summary>
internal sealed record ListRequest(CommandLineOverrides Overrides, OutputForm Output) : ToolRequest(Overrides);

/// <summary>Show what is in a checkpoint.</summary>
/// <param name="Target">A generation or a directory; null for the newest checkpoint.</param>
internal sealed record InspectRequest(CommandLineOverrides Overrides, string? Target, OutputForm Output) : ToolRequest(Overrides);

/// <summary>Remove checkpoints beyond those to keep.</summary>
/// <param name="Keep">How many to keep; null for as many as the configuration says.</param>
/// <param name="DryRun">Only say what would be removed.</param>
internal sealed record PruneRequest(CommandLineOverrides Overrides, int? Keep, bool DryRun) : ToolRequest(Overrides);

/// <summary>Let the next start restore this checkpoint.</summary>
internal sealed record RollbackRequest(CommandLineOverrides Overrides, int Generation) : ToolRequest(Overrides);

/// <summary>Say whether this container can checkpoint and restore.</summary>
internal sealed record CheckRequest(CommandLineOverrides Overrides, OutputForm Output) : CommandLineRequest;

/// <summary>
/// A command that talks to the running crik. It reads no configuration, because a ConfigMap may be wrong by now, or slow to read, and a
/// probe must not fail for that.
/// </summary>
internal abstract record ControlCommand : CommandLineRequest;

/// <summary>Show the state of the running crik.</summary>
internal sealed record StatusRequest(OutputForm Output) : ControlCommand;

/// <summary>Say by the exit code whether the program runs.</summary>
internal sealed record ReadyRequest : ControlCommand;

/// <summary>Have the running crik make a checkpoint.</summary>
internal sealed record CheckpointOrder(bool LeaveRunning) : ControlCommand;

/// <summary>Have the running crik make a checkpoint at SIGTERM, or take that order back.</summary>
internal sealed record TerminationOrder(bool IsTakenBack) : ControlCommand;

/// <summary>Copy the bundle into a directory.</summary>
internal sealed record InstallRequest(string Directory) : CommandLineRequest;

internal enum OutputForm { Table, Tree, Json, Yaml, Prometheus }

/// <summary>Print the text, which ends with a newline, and exit.</summary>
/// <param name="Failure">What was wrong with the command line; null when nothing was.</param>
/// <param name="IsProblem">The text says what was wrong, so it goes to standard error and not to standard output.</param>
internal sealed record PrintRequest(string Text, FailureKind? Failure = null, bool IsProblem = false) : CommandLineRequest;
