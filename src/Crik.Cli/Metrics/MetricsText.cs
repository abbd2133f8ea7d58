using Crik.Contracts;
using Crik.Control;
using Crik.Restore;
using Crik.Store;

namespace Crik.Metrics;

/// <summary>Makes the text for Prometheus out of the figures. docs/metrics.md has a table of all metrics.</summary>
internal static class MetricsText
{
    private const string Counter = "counter";
    private const string Gauge = "gauge";
    private const string Ended = "ended";

    /// <summary>The values of <see cref="RunStatus.State"/>, and how a run is called that is over.</summary>
    private static readonly string[] s_runStates = ["starting", "running", "checkpointing", "ending", Ended];

    /// <param name="hasEnded">Whether the run is over.</param>
    public static string Of(RunFigures figures, bool hasEnded = false)
    {
        PrometheusText text = new();
        AddRun(text, figures, hasEnded);
        if (figures.Totals is { } totals)
        {
            text.Begin("crik_checkpoints_possible", Gauge, "1 if criu is there and has the privileges that it needs, 0 otherwise.").Sample(figures.Run.CanCheckpoint ? 1 : 0);
            AddCheckpoints(text, totals);
            AddLastCheckpoint(text, totals, figures.Restore);
            AddRestores(text, totals);
        }

        if (figures.Status.Pid is not null)
        {
            AddProgram(text, figures);
        }

        return text.ToString();
    }

    private static void AddRun(PrometheusText text, RunFigures figures, bool hasEnded)
    {
        text.Begin("crik_build_info", Gauge, "Always 1. The label has the version of this crik.").Sample("version", figures.Status.Version, 1);
        text.Begin("crik_start_timestamp_seconds", Gauge, "When crik started in this container.").Seconds(figures.Run.BeganAt.ToUnixTimeMilliseconds());
        text.Begin("crik_run_state", Gauge, "1 for the state of the run, 0 for the others. It is starting while crik waits for the image directory or restores.");
        AddState(text, s_runStates, hasEnded ? Ended : figures.Status.State);
        if (figures.Run.Slot is { } slot)
        {
            text.Begin("crik_slot", Gauge, "The slot of the image directory that this crik has. Only with imageDirSlots.").Sample(slot);
        }

        if (figures.Status.Node is { } node)
        {
            text.Begin("crik_node_state", Gauge, "1 for the state of the node by the last answer, 0 for the others. Only if somebody is asked about the node.");
            AddState(text, [.. NodeStateNames.All.Select(state => state.ToWireName())], node);
        }

        text.Begin("crik_checkpoint_interval_seconds", Gauge, "checkpointInterval; 0 without checkpoints at an interval.").Seconds((long)figures.Run.Interval.TotalMilliseconds);
        text.Begin("crik_checkpoint_limit_seconds", Gauge, "How long a checkpoint at SIGTERM may take: gracePeriod without the program's share.").Seconds((long)figures.Run.Limit.TotalMilliseconds);
        text.Begin("crik_log_lines_dropped_total", Counter, "Lines of crik's log that were dropped because nobody read standard error, since crik started.").Sample(figures.DroppedLines);
    }

    private static void AddState(PrometheusText text, string[] states, string state)
    {
        foreach (string known in states)
        {
            text.Sample("state", known, known == state ? 1 : 0);
        }
    }

    private static void AddCheckpoints(PrometheusText text, RunTotals totals)
    {
        text.Begin("crik_checkpoints_total", Counter, "Checkpoints that crik began, by what became of them and by what made crik begin.");
        for (int result = 0; result < RunTotals.CheckpointResults.Length; result++)
        {
            for (int reason = 0; reason < RunTotals.CheckpointReasons.Length; reason++)
            {
                text.Sample("outcome", RunTotals.CheckpointResults[result], "reason", RunTotals.CheckpointReasons[reason], totals.Checkpoints(result, reason));
            }
        }

        text.Begin("crik_last_problem_timestamp_seconds", Gauge, "When each kind of problem last came up; 0 for never.");
        for (int problem = 0; problem < RunTotals.Problems.Length; problem++)
        {
            text.Seconds("problem", RunTotals.Problems[problem], totals.LastMs(problem));
        }
    }

    private static void AddLastCheckpoint(PrometheusText text, RunTotals totals, RestoreFigures? restore)
    {
        long last = Math.Max(totals.LastCheckpointMs, restore?.MadeAt.ToUnixTimeMilliseconds() ?? 0); // an earlier crik did not record it
        text.Begin("crik_checkpoint_generation", Gauge, "The number of the newest checkpoint; 0 for none.").Sample(totals.Generation);
        text.Begin("crik_last_checkpoint_timestamp_seconds", Gauge, "When the last checkpoint was committed; 0 for never. Its age is time() minus this.").Seconds(last);
        text.Begin("crik_checkpoint_seconds", Gauge, "How long the last committed checkpoint took, from its beginning to the commit.").Seconds(totals.CheckpointMs);
        text.Begin("crik_checkpoint_frozen_seconds", Gauge, "How long the program stood still for the last committed checkpoint.").Seconds(totals.FrozenMs);
        text.Begin("crik_checkpoint_step_seconds", Gauge, "How long each step of the last committed checkpoint took.");
        for (int step = 0; step < RunTotals.CheckpointSteps.Length; step++)
        {
            text.Seconds("step", RunTotals.CheckpointSteps[step], totals.StepMs(step));
        }

        text.Begin("crik_checkpoint_bytes", Gauge, "The size of the last committed checkpoint: the program's memory, criu's other images, and copied files.");
        for (int part = 0; part < RunTotals.Parts.Length; part++)
        {
            text.Sample("part", RunTotals.Parts[part], totals.Bytes(part));
        }
    }

    private static void AddRestores(PrometheusText text, RunTotals totals)
    {
        text.Begin("crik_restores_total", Counter, "Starts that found a checkpoint to restore, by what became of it and by how the last run ended.");
        for (int result = 0; result < RunTotals.RestoreResults.Length; result++)
        {
            for (int reason = 0; reason < RunTotals.RestoreReasons.Length; reason++)
            {
                text.Sample("outcome", RunTotals.RestoreResults[result], "reason", RunTotals.RestoreReasons[reason], totals.Restores(result, reason));
            }
        }

        text.Begin("crik_checkpoints_set_aside_total", Counter, "Checkpoints that could not be restored and were moved to failed/.").Sample(totals.SetAside);
        text.Begin("crik_loops_stopped_total", Counter, "How often crik gave a state up because the runs that were restored from it ended early.").Sample(totals.LoopsStopped);
    }

    private static void AddProgram(PrometheusText text, RunFigures figures)
    {
        text.Begin("crik_restored_generation", Gauge, "The checkpoint that the program was restored from; 0 if it was started afresh.").Sample(figures.Status.RestoredFrom ?? 0);
        text.Begin("crik_early_ends", Gauge, "How many restored runs of this state ended early before this run, one after the other.").Sample(figures.EarlyEnds);
        if (figures.Restore is not { } restore)
        {
            return;
        }

        text.Begin("crik_restore_step_seconds", Gauge, "How long each step of the restore took that began this run.");
        for (int step = 0; step < RestoreFigures.StepNames.Length; step++)
        {
            text.Seconds("step", RestoreFigures.StepNames[step], (long)restore.Steps[step].TotalMilliseconds);
        }

        text.Begin("crik_restore_bytes", Gauge, "The size of the checkpoint that was restored: memory, criu's other images, and files.");
        for (int part = 0; part < RunTotals.Parts.Length; part++)
        {
            text.Sample("part", RunTotals.Parts[part], restore.Size.Parts[part]);
        }

        text.Begin("crik_restore_missing_bytes", Gauge, "Memory that a lazy restore has still to load. metricsFile has it as of its last change.")
            .Sample((long)(figures.Status.MissingMiB ?? 0) << 20);
    }
}
