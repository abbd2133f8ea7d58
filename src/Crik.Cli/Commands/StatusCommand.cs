using System.Globalization;
using System.Text;
using Crik.Control;
using Crik.Json;

namespace Crik.Commands;

/// <summary>The commands that talk to the running crik: status, checkpoint.</summary>
internal static class StatusCommand
{
    public static int Show(OutputForm output)
    {
        RunStatus status = ControlClient.Ask(new ControlRequest { Command = ControlRequest.Status }).Status
            ?? throw new ControlException("the running crik did not say how it is");
        return ToolCommands.Print(output == OutputForm.Json
            ? JsonOutput.Print(json => ControlJson.Write(json, status))
            : Table(status));
    }

    public static int Checkpoint(bool leaveRunning)
    {
        ControlAnswer answer = ControlClient.Ask(new ControlRequest { Command = ControlRequest.Checkpoint, LeaveRunning = leaveRunning });
        return answer.Generation is { } generation
            ? ToolCommands.Print($"checkpoint {generation} was made\n")
            : throw new ControlException($"no checkpoint was made: {answer.Problem}");
    }

    private static string Table(RunStatus status)
    {
        StringBuilder text = new();
        Line("state", status.State);
        Line("crik", status.Version);
        Line("program", status.Pid is { } pid ? $"pid {pid}, since {Time(status.StartedAt)}" : "not there yet");
        Line("restored from", status.RestoredFrom is { } generation ? $"checkpoint {generation}" : status.Pid is null ? null : "nothing: started afresh");
        Line("pages", status.MissingMiB is { } missing ? $"still coming in: {missing} MiB are missing" : null);
        Line("image directory", status.ImageDir);
        Line("privileges", status.Privileges);
        Line("last checkpoint", status.LastCheckpoint is { } last ? $"{last}, at {Time(status.LastCheckpointAt)}" : "none in this run");
        Line("last failure", status.LastFailure);
        Line("next checkpoint", Time(status.NextCheckpointAt));
        Line("node", status.Node is null ? null : $"{status.Node}: {status.NodeReason}");
        return text.ToString();

        void Line(string name, string? value)
        {
            if (value is not null)
            {
                text.Append(name.PadRight(17)).Append(value).Append('\n');
            }
        }
    }

    private static string? Time(DateTimeOffset? time) => time?.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
