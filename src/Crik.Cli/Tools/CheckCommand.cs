using Crik.Checks;
using Crik.CommandLine;
using Crik.Configuration;
using Crik.Diagnostics;
using Crik.Init;
using Serilog.Events;

namespace Crik.Tools;

/// <summary><c>crik check</c> says whether this container can checkpoint and restore.</summary>
internal static class CheckCommand
{
    public static ToolAnswer Run(CommandLineOverrides overrides, OutputForm output)
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

        // The trial logs as if it were a program, which would confuse. The report says what it means.
        Log.Configure(overrides.Debug ? LogEventLevel.Debug : LogEventLevel.Error, LineFormat.ForPeople);
        CheckReport report = new(Checkup.Run(options, problem));
        return new ToolAnswer(output == OutputForm.Table ? report.Table() : ToolAnswer.Document(output, report.Json()), report.CheckpointsWork ? null : FailureKind.CheckFailed);
    }
}
