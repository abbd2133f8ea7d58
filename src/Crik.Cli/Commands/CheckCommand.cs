using Crik.Checks;
using Crik.Configuration;
using Crik.Diagnostics;
using Crik.Init;
using Serilog.Events;

namespace Crik.Commands;

/// <summary><c>crik check</c>: is this container able to checkpoint and restore?</summary>
internal static class CheckCommand
{
    /// <returns>0 only if a checkpoint can work.</returns>
    public static int Run(CommandLineOverrides overrides, OutputForm output)
    {
        CrikOptions options;
        string? problem = null;
        try
        {
            options = CrikOptionsLoader.Load(overrides, EnvironmentBlock.AsDictionary());
        }
        catch (ConfigurationException exception)
        {
            problem = exception.Message;
            options = exception.Rest!;
        }

        // The trial speaks of itself as of a program; what it means is said in the report.
        Log.Configure(overrides.Debug ? LogEventLevel.Debug : LogEventLevel.Error, json: false);
        CheckReport report = new(Checkup.Run(options, problem));
        int code = ToolCommands.Print(output == OutputForm.Json ? report.Json() : report.Table());
        return report.CheckpointsWork ? code : ExitCodes.CheckFailed;
    }
}
