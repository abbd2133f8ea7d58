using Crik.Checks;
using Crik.Commands;
using Crik.Configuration;
using Crik.Diagnostics;
using Crik.Init;
using Crik.Linux;
using Serilog.Events;

namespace Crik;

internal static class Program
{
    public static int Main(string[] arguments)
    {
        try
        {
            arguments = ByteStrings.ReadArguments(arguments);
            return arguments switch
            {
                [ProgramStart.Stage, ..] => ProgramStart.Become(arguments.AsSpan(1)),
                [TrialProgram.Stage, ..] => TrialProgram.Run(arguments.AsSpan(1)),
                _ => Execute(arguments),
            };
        }
        catch (CrikException exception)
        {
            Log.Error(exception.Message);
            TerminationLog.Add(exception.Message);
            return exception.ExitCode;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Log.Error(exception.Message);
            TerminationLog.Add(exception.Message);
            return ExitCodes.Failure;
        }
#pragma warning disable CA1031 // the last stop: whatever it is, it is a bug of crik's, and the code says so
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Log.Error($"crik itself failed, which is a bug: {exception}");
            return ExitCodes.Failure;
        }
    }

    private static int Execute(string[] arguments)
    {
        switch (CommandLine.Parse(arguments))
        {
            case PrintRequest print:
                return Libc.TryWrite(print.ToStandardError ? 2 : 1, System.Text.Encoding.UTF8.GetBytes(print.Text)) == 0
                    ? print.ExitCode
                    : ExitCodes.Failure;
            case RunRequest run:
                return RunCommand.Run(Load(run.Overrides), run.Command);
            case CheckRequest check:
                return CheckCommand.Run(check.Overrides, check.Output);
            case ToolRequest tool:
                return ExecuteTool(tool);
            default:
                throw new InvalidOperationException("a request that nobody handles");
        }
    }

    /// <summary>Beside the one that runs the program: its last words, in the termination log, are not this command's to write.</summary>
    private static int ExecuteTool(ToolRequest tool)
    {
        try
        {
            return ToolCommands.Run(tool, Load(tool.Overrides));
        }
        catch (Exception exception) when (exception is CrikException or IOException or UnauthorizedAccessException)
        {
            Log.Error(exception.Message);
            return (exception as CrikException)?.ExitCode ?? ExitCodes.Failure;
        }
    }

    private static CrikOptions Load(CommandLineOverrides overrides)
    {
        CrikOptions options = CrikOptionsLoader.Load(overrides, EnvironmentBlock.AsDictionary());
        Log.Configure(Level(options.LogLevel), options.LogFormat == LogFormat.Json);
        return options;
    }

    private static LogEventLevel Level(LogLevel level) => level switch
    {
        LogLevel.Error => LogEventLevel.Error,
        LogLevel.Warning => LogEventLevel.Warning,
        LogLevel.Debug => LogEventLevel.Debug,
        _ => LogEventLevel.Information,
    };
}
