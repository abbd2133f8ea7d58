using Crik.Configuration;
using Crik.Diagnostics;
using Crik.Init;
using Crik.Store;

namespace Crik.Save;

/// <summary>What a checkpoint is made of, and by when.</summary>
/// <param name="Identity">The program that crik was told to run.</param>
/// <param name="LeaveRunning">The program goes on afterwards instead of being ended.</param>
/// <param name="Deadline">When the checkpoint has to be committed.</param>
internal sealed record SaveRequest(ChildProcess Program, RunRecord Run, ProgramIdentity Identity, bool LeaveRunning, Deadline Deadline);

/// <summary>
/// Makes a checkpoint. criu freezes and saves the tree. While the tree is frozen, crik copies files and commits everything. Only then does
/// the program end, so at every instant either the program runs or its checkpoint exists. A program that is to run on does so as soon as the
/// copies are made.
/// </summary>
internal sealed class SaveProcedure(Pod pod, SavePolicy policy, ITree trees)
{
    private static readonly TimeSpan s_shortestPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan s_longestPause = TimeSpan.FromSeconds(1);

    /// <summary>Makes attempts until one succeeds, fails for good, or another would not fit into the time that is left.</summary>
    public SaveOutcome Run(SaveRequest request)
    {
        Deadline deadline = request.Deadline;
        EarlierAttempt? before = null;
        TimeSpan pause = s_shortestPause;
        for (int attempt = 1; ; attempt++)
        {
            TimeSpan left = deadline.Left;
            SaveAttempt current = new(pod, policy, trees, request, before);
            SaveOutcome outcome = current.Run();
            if (outcome is not SaveOutcome.Failed { Repeat: not Repeat.No } failed || (failed.Repeat == Repeat.Once && attempt > 1)
                || request.Program.HasExited || deadline.Left < ((left - deadline.Left) * 2) + pause)
            {
                return outcome;
            }

            Log.Warning(Event.CheckpointAttemptFailed, "no checkpoint was made, for a reason that may pass; trying again",
                ("attempt", attempt), ("reason", failed.Reason));
            before = current.Leftover;
            if (failed.Repeat == Repeat.WhileTimeLasts)
            {
                bool isWanted = !pod.Init.Wait(() => request.Program.HasExited || (request.LeaveRunning && pod.Init.TerminationRequested is not null), Deadline.In(pause));
                pause = pause * 2 < s_longestPause ? pause * 2 : s_longestPause;
                if (!isWanted)
                {
                    return outcome;
                }
            }
        }
    }
}
