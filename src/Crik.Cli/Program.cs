using Crik.Checks;
using Crik.CommandLine;
using Crik.Configuration;
using Crik.Diagnostics;
using Crik.Init;
using Crik.Run;
using Crik.Tools;
using Serilog.Events;

namespace Crik;

internal static class Program
{
    public static int Main(string[] arguments)
    {
        try
        {
            arguments = ByteStrings.ReadArguments(arguments);
            switch (arguments)
            {
                case [ProgramStart.Stage, ..]:
                    ProgramStart.Become(arguments.AsSpan(1));
                    break;
                case [TrialProgram.Stage, ..]:
                    return TrialProgram.Run(arguments.AsSpan(1));
            }

            return Execute(arguments);
        }
        catch (Exception exception) when (IsExpected(exception))
        {
            int code = Fail(exception);
            TerminationLog.Add("notStarted", Faults.Reason(exception), ("exitCode", code));
            return code;
        }
#pragma warning disable CA1031 // Nothing above could catch it. Whatever it is, it is a bug of crik, and the exit code says so.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Log.Error(Event.CrikFailed, $"crik itself failed, which is a bug: {exception}");
            return ExitCodes.Of(FailureKind.Failed);
        }
    }

    private static int Execute(string[] arguments) => CommandLineParser.Parse(arguments) switch
    {
        PrintRequest { IsProblem: false } print => Answer(new ToolAnswer(print.Text, print.Failure)),
        PrintRequest { Failure: { } failure } print => Refuse(print.Text, failure),
        RunRequest run => Run(LoadForRun(run.Overrides), run.Command),
        CheckRequest check => Answer(CheckCommand.Run(check.Overrides, check.Output)),
        ToolRequest tool => ExecuteTool(() => ToolCommands.Run(tool, Load(tool.Overrides))),
        InstallRequest install => ExecuteTool(() => InstallCommand.Run(install.Directory)),
        ControlCommand command => ExecuteTool(() => StatusCommand.Run(command)),
        _ => throw new InvalidOperationException("nobody handles this request"),
    };

    private static int Run(CrikOptions options, IReadOnlyList<string> command)
    {
        switch (CrikRun.Start(options, command))
        {
            case RunEnding.Ended ended:
                return ended.Exit.ToExitCode();
            case RunEnding.Checkpointed:
                return options.CheckpointExitCode;
            case RunEnding.Incomplete incomplete:
                int code = ExitCodes.Of(FailureKind.CheckpointNotRestored);
                TerminationLog.Add("incomplete", incomplete.Reason, ("exitCode", code));
                return code;
            default:
                TerminationLog.Add("interrupted", "SIGTERM came before the program was started or restored", ("exitCode", ExitCodes.Terminated));
                return ExitCodes.Terminated;
        }
    }

    /// <summary>A command for people runs beside the crik that runs the program, whose termination log it must not write to.</summary>
    private static int ExecuteTool(Func<ToolAnswer> run)
    {
        try
        {
            return Answer(run());
        }
        catch (Exception exception) when (IsExpected(exception))
        {
            return Fail(exception);
        }
    }

    private static int Answer(ToolAnswer answer)
    {
        int errno = Libc.TryWrite(1, System.Text.Encoding.UTF8.GetBytes(answer.Text));
        if (errno is not (0 or Errno.EPIPE)) // a reader such as head may have read enough
        {
            throw new LinuxException("cannot write to standard output", errno);
        }

        if (answer.Note is not null)
        {
            _ = Libc.TryWrite(2, System.Text.Encoding.UTF8.GetBytes(answer.Note));
        }

        if (answer.Problem is not null)
        {
            Log.Error(Event.CommandFailed, answer.Problem);
        }

        return answer.Failure is { } failure ? ExitCodes.Of(failure) : ExitCodes.Success;
    }

    private static int Refuse(string text, FailureKind failure)
    {
        _ = Libc.TryWrite(2, System.Text.Encoding.UTF8.GetBytes(text)); // The exit code tells it too.
        return ExitCodes.Of(failure);
    }

    private static bool IsExpected(Exception exception) => exception is CrikException or IOException or UnauthorizedAccessException;

    private static int Fail(Exception exception)
    {
        FailureKind kind = (exception as CrikException)?.Kind ?? FailureKind.Failed;
        Log.Error(
            kind switch
            {
                FailureKind.Configuration => Event.ConfigurationInvalid,
                FailureKind.Locked => Event.ImageDirectoryInUse,
                FailureKind.CheckpointNotRestored or FailureKind.CheckpointNotRestoredNow => Event.RestoreFailed,
                FailureKind.ProgramNotFound or FailureKind.ProgramNotExecutable => Event.ProgramNotStarted,
                _ => Event.StartFailed,
            },
            Faults.Reason(exception));
        return ExitCodes.Of(kind);
    }

    /// <summary>Loads the configuration for a command for people.</summary>
    private static CrikOptions Load(CommandLineOverrides overrides)
    {
        CrikOptions options = CrikOptionsLoader.Load(overrides, EnvironmentBlock.AsDictionary());
        Log.Configure(Level(options.LogLevel), LineFormat.ForPeople);
        return options;
    }

    /// <summary>Loads the configuration for <c>crik run</c>. If it is wrong, the log that says so has the wanted format all the same.</summary>
    private static CrikOptions LoadForRun(CommandLineOverrides overrides)
    {
        CrikOptions options = new();
        try
        {
            return options = CrikOptionsLoader.Load(overrides, EnvironmentBlock.AsDictionary());
        }
        catch (ConfigurationException exception)
        {
            options = exception.Rest ?? options;
            throw;
        }
        finally
        {
            Log.Configure(Level(options.LogLevel), Format(options.LogFormat));
        }
    }

    private static LineFormat Format(LogFormat format) => format switch
    {
        LogFormat.Json => LineFormat.Json,
        LogFormat.Cloud => LineFormat.Cloud,
        _ => LineFormat.Text,
    };

    private static LogEventLevel Level(LogLevel level) => level switch
    {
        LogLevel.Error => LogEventLevel.Error,
        LogLevel.Warning => LogEventLevel.Warning,
        LogLevel.Debug => LogEventLevel.Debug,
        _ => LogEventLevel.Information,
    };
}
