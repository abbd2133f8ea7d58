using Crik.Configuration;
using Crik.Diagnostics;
using Crik.Init;
using Crik.Nodes;
using Crik.Policy;
using Crik.Save;

namespace Crik.Run;

/// <summary>What SIGTERM leads to: a last checkpoint, or the program's own end.</summary>
internal sealed class Termination(IInit init, TerminationPolicy policy, ProgramRun run)
{
    /// <returns><see langword="null"/> when no checkpoint was to be made. Unless it is committed, the program has its SIGTERM.</returns>
    public SaveOutcome? Run(NodeWatch? node)
    {
        run.Settle();
        TimeSpan most = policy.NodeStateTimeout < policy.GracePeriod / 4 ? policy.NodeStateTimeout : policy.GracePeriod / 4;
        NodeAnswer? answer = run.CanCheckpoint
            ? node?.AskNow(most, known => known.IsKnown && policy.CheckpointOn.Contains(known.State), () => run.Program.HasExited)
            : null;
        TerminationDecision decision = run.CanCheckpoint ? TerminationDecision.Decide(answer, policy) : new TerminationDecision(false, "the image directory is read-only");
        Log.Info(decision.MakesCheckpoint ? Event.CheckpointBegins : Event.SigtermForwarded,
            decision.MakesCheckpoint ? "SIGTERM: making a checkpoint" : "SIGTERM: no checkpoint, the program gets it", ("because", decision.Reason));
        SaveOutcome? outcome = null;
        if (decision.MakesCheckpoint)
        {
            TimeSpan gone = TimeSpan.FromMilliseconds(Environment.TickCount64 - init.TerminationRequested!.Value);
            TimeSpan period = GracePlan.PeriodOn(answer, DateTimeOffset.UtcNow, policy);
            if (period < policy.GracePeriod)
            {
                Log.Info(Event.GracePeriodLimited, "the node shuts down, and leaves less time than gracePeriod", ("seconds", period.TotalSeconds));
            }

            GracePlan plan = GracePlan.From(period, gone, answer?.Deadline - DateTimeOffset.UtcNow, answer is { ClocksAgree: true });
            Log.Debug(Event.GracePeriodDivided, "the time there is",
                ("checkpointSeconds", plan.ForCheckpoint.TotalSeconds), ("programSeconds", plan.ForProgram.TotalSeconds));
            outcome = run.CheckpointAndEnd(decision.Reason, plan.ForCheckpoint);
            if (outcome is not SaveOutcome.Failed failed)
            {
                return outcome;
            }

            init.Terminate(); // first: the log may be slow
            run.Report("failed", $"no checkpoint was made: {failed.Reason}", mayCount: true);
            Log.Error(Event.CheckpointFailed, $"no checkpoint was made: {failed.Reason}. The program gets its SIGTERM; older checkpoints are as they were");
        }
        else
        {
            init.Terminate();
            run.Report("forwarded", decision.Reason, mayCount: true);
        }

        return outcome;
    }
}
