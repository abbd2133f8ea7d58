using Crik.CommandLine;
using Crik.Control;
using Crik.Inspection;
using Crik.Json;

namespace Crik.Tools;

/// <summary><c>crik status</c> and <c>crik checkpoint</c> talk to the crik that runs this container.</summary>
internal static class StatusCommand
{
    private const string EndsProgram = "the program ends with this checkpoint; with --leave-running it would run on\n";

    /// <summary>A kubelet gives a probe one second, unless the pod says otherwise.</summary>
    private static readonly TimeSpan s_longestForProbe = TimeSpan.FromMilliseconds(800);

    public static ToolAnswer Run(ControlCommand command) => command switch
    {
        StatusRequest status => Show(status.Output),
        ReadyRequest => WhyNotReady(Ask(s_longestForProbe)) is { } why ? new ToolAnswer("", FailureKind.NotReady, Note: $"not ready: {why}\n") : "",
        CheckpointOrder order => Checkpoint(order.LeaveRunning),
        TerminationOrder order => OrderForTermination(order.IsTakenBack),
        _ => throw new InvalidOperationException("nobody handles this request"),
    };

    /// <returns><see langword="null"/> when the program runs, or stands still for a checkpoint only.</returns>
    internal static string? WhyNotReady(RunStatus status) =>
        status.Pid is not null ? null
        : status.State == "starting" ? "crik waits for the image directory, or restores or starts the program"
        : "SIGTERM came before the program ran";

    private static RunStatus Ask(TimeSpan? atMost = null) =>
        ControlClient.Ask(new ControlRequest(ControlRequest.Status), atMost: atMost).Status
            ?? throw new ControlException("the running crik sent an answer without its state; it may be of another version");

    private static string Show(OutputForm output)
    {
        if (output == OutputForm.Prometheus)
        {
            ControlAnswer answer = ControlClient.Ask(new ControlRequest(ControlRequest.Metrics));
            return answer.Metrics ?? throw new ControlException($"the running crik has no metrics: {answer.Problem}");
        }

        RunStatus status = Ask();
        return output == OutputForm.Table ? Table(status)
            : ToolAnswer.Document(output, $"{Encoding.UTF8.GetString(JsonFields.Write(status, ControlJson.Status, JsonOutput.ForPeople))}\n");
    }

    /// <summary>A script need not answer a question: whoever did not mean to end the program reads why it ended.</summary>
    private static string Checkpoint(bool leaveRunning)
    {
        ControlAnswer answer = ControlClient.Ask(
            new ControlRequest(ControlRequest.Checkpoint, leaveRunning), connected: () => _ = leaveRunning ? 0 : Libc.TryWrite(2, Encoding.UTF8.GetBytes(EndsProgram)));
        return answer.Generation is { } generation ? $"checkpoint {generation} was made\n"
            : answer.Accepted ? "the checkpoint was accepted; crik status will show its number, or why it failed\n"
            : throw new ControlException($"no checkpoint was made: {answer.Problem}");
    }

    private static string OrderForTermination(bool isTakenBack)
    {
        ControlAnswer answer = ControlClient.Ask(new ControlRequest(isTakenBack ? ControlRequest.DecideAtTermination : ControlRequest.CheckpointAtTermination));
        return !answer.Accepted ? throw new ControlException($"the order for SIGTERM was refused: {answer.Problem}")
            : isTakenBack ? "the order for SIGTERM was taken back\n"
            : "SIGTERM will make a checkpoint, whatever the state of the node is\n";
    }

    private static string Table(RunStatus status)
    {
        StringBuilder text = new();
        Line("state", status.State);
        Line("crik", status.Version);
        Line("program", status.Pid is { } pid ? $"pid {pid}, since {Time(status.StartedAt)}" : "not started yet");
        Line("restored from", status.RestoredFrom is { } generation ? $"checkpoint {generation}" : status.Pid is null ? null : "nothing: started afresh");
        Line("pages", status.MissingMiB is { } missing ? $"{missing} MiB are still missing" : null);
        Line("image directory", status.ImageDir);
        Line("slot", status.Slot is { } slot ? $"{slot}" : null);
        Line("privileges", status.Privileges);
        Line("last checkpoint", status.LastCheckpoint is { } last ? $"{last}, at {Time(status.LastCheckpointAt)}" : "none in this run");
        Line("at SIGTERM", status.CheckpointAtTermination is true ? "a checkpoint was ordered" : null);
        Line("last failure", status.LastFailure);
        Line("next checkpoint", Time(status.NextCheckpointAt));
        Line("node", status.Node is null ? null : $"{status.Node}: {status.NodeReason}");
        return text.ToString();

        void Line(string name, string? value)
        {
            if (value is not null)
            {
                text.Append($"{name,-17}{value}\n");
            }
        }
    }

    private static string? Time(DateTimeOffset? time) => time is { } at ? Words.Moment(at) : null;
}
