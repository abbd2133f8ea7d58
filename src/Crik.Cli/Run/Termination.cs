using Crik.Configuration;
using Crik.Diagnostics;
using Crik.Init;
using Crik.Nodes;
using Crik.Policy;
using Crik.Save;
using Crik.Store;

namespace Crik.Run;

/// <summary>What SIGTERM leads to: a last checkpoint, or the program's own end.</summary>
internal sealed class Termination(IInit init, TerminationPolicy policy, ProgramRun run)
{
    /// <summary>
    /// The longest wait for an answer about the node that only says how much time there is. The answer that crik has may be older: a server
    /// that could not be reached is asked less and less often.
    /// </summary>
    private static readonly TimeSpan s_patienceForPeriod = TimeSpan.FromSeconds(1);

    /// <returns><see langword="null"/> when no checkpoint was to be made. Unless it is committed, the program has its SIGTERM.</returns>
    /// <param name="isOrdered">Somebody ordered a checkpoint at SIGTERM, so the answer about the node only says how much time there is.</param>
    public SaveOutcome? Run(NodeWatch? node, bool isOrdered = false)
    {
        run.Changed();
        run.Settle();
        TimeSpan most = policy.NodeStateTimeout < policy.GracePeriod / 4 ? policy.NodeStateTimeout : policy.GracePeriod / 4;
        NodeAnswer? answer = !run.CanCheckpoint ? null
            : isOrdered ? node?.AskOnce(most < s_patienceForPeriod ? most : s_patienceForPeriod, () => run.Program.HasExited)
            : node?.AskNow(most, known => TerminationDecision.IsFinal(known, policy), () => run.Program.HasExited);
        TimeSpan period = GracePlan.PeriodOn(answer, DateTimeOffset.UtcNow, policy);
        if (answer is not null)
        {
            init.SetGracePeriod(period, byRun: true); // both clocks go by the same answer, and later ones change neither
        }

        TerminationDecision decision = run.CanCheckpoint ? TerminationDecision.Decide(answer, policy, isOrdered) : new TerminationDecision(false, "the image directory is read-only");
        SaveOutcome? outcome = null;
        if (decision.MakesCheckpoint)
        {
            Log.Info(Event.CheckpointBegins, "SIGTERM: making a checkpoint", ("because", decision.Reason));
            TimeSpan gone = TimeSpan.FromMilliseconds(Environment.TickCount64 - init.TerminationRequested!.Value);
            if (period < policy.GracePeriod)
            {
                Log.Info(Event.GracePeriodLimited, "the node shuts down, and leaves less time than gracePeriod", ("seconds", period.TotalSeconds));
            }

            GracePlan plan = GracePlan.From(period, gone, answer?.Deadline - DateTimeOffset.UtcNow, answer is { ClocksAgree: true });
            Log.Debug(Event.GracePeriodDivided, "the time there is",
                ("checkpointSeconds", plan.ForCheckpoint.TotalSeconds), ("programSeconds", plan.ForProgram.TotalSeconds));
            outcome = run.CheckpointAndEnd(CheckpointReason.Sigterm, decision.Reason, plan.ForCheckpoint);
            if (outcome is not SaveOutcome.Failed failed)
            {
                return outcome;
            }

            init.Terminate(); // first: the log may be slow
            run.Report("failed", $"no checkpoint was made: {failed.Reason}", mayCount: true);
            Log.Error(Event.CheckpointFailed, $"no checkpoint was made: {failed.Reason}. The program gets its SIGTERM; older checkpoints are as they were");
            run.RecordFailure();
        }
        else
        {
            init.Terminate();
            Tell(decision);
        }

        return outcome;
    }

    /// <summary>Tells what is lost without a checkpoint. Where none can be made, nobody expects one.</summary>
    private void Tell(TerminationDecision decision)
    {
        if (decision.Remedy is not { } remedy)
        {
            run.Report("forwarded", decision.Reason, mayCount: true);
            Log.Info(Event.SigtermForwarded, "SIGTERM: no checkpoint, the program gets it", ("because", decision.Reason));
            return;
        }

        string lost = $"What the program does not save by itself is lost: {run.LostWork}";
        run.Report("forwarded", $"{decision.Reason}. {lost}", mayCount: true);
        Log.Warning(Event.SigtermForwarded, $"SIGTERM: no checkpoint, the program gets it. {lost}. To have a checkpoint, set {remedy}", ("because", decision.Reason));
    }
}
