using Crik.Configuration;
using Crik.Contracts;
using Crik.Control;
using Crik.Diagnostics;
using Crik.Init;
using Crik.Nodes;
using Crik.Policy;
using Crik.Save;
using Crik.Store;

namespace Crik.Run;

/// <summary>
/// Makes checkpoints while the program runs: by the clock, at a signal, on an order through the control socket, and at news that the node
/// begins to go away. They are made one after the other.
/// </summary>
internal sealed class CheckpointsWhileRunning(IInit init, CheckpointPolicy policy, ProgramRun run, NodeWatch? node, ControlServer? control)
{
    private const string Ordered = "somebody ordered it";

    private (Deadline Due, DateTimeOffset? At) _next = Plan(policy.CheckpointInterval);
    private readonly HeardWarnings _warnings = new();
    private NodeAnswer _lastNews = NodeAnswer.Unknown("");

    /// <summary>When the next checkpoint by the clock is due.</summary>
    public DateTimeOffset? NextAt => _next.At;

    /// <returns>The last checkpoint, if somebody ordered one that ends the program; <see langword="null"/> when the program ended or SIGTERM came.</returns>
    public SaveOutcome.Committed? UntilOver()
    {
        while (true)
        {
            init.Wait(
                () => run.IsOver || init.CheckpointRequested || control is { Orders.HasOrders: true }, run.SettlesAt.AtMilliseconds < _next.Due.AtMilliseconds ? run.SettlesAt : _next.Due,
                node?.NewsDescriptor ?? -1, control?.Orders.Descriptor ?? -1);
            if (run.IsOver)
            {
                return null;
            }

            if (run.SettlesAt.HasPassed)
            {
                run.Settle();
            }

            if (node is not null)
            {
                Hear(node.TakeNews());
            }

            if (control?.Orders.Next() is { } order && Obey(order) is { } last)
            {
                return last;
            }

            if (init.TakeCheckpointRequest())
            {
                Make(CheckpointReason.Signal, "checkpointSignal came");
            }
            else if (_next.Due.HasPassed)
            {
                Make(CheckpointReason.Interval, "checkpointInterval is over");
            }
        }
    }

    /// <returns>The checkpoint, when the program was to end with it and did.</returns>
    private SaveOutcome.Committed? Obey(ControlOrder order)
    {
        if (!order.LeaveRunning)
        {
            Log.Info(Event.CheckpointBegins, "making a checkpoint, and ending the program with it", ("because", Ordered));
        }

        SaveOutcome outcome = order.LeaveRunning ? Make(CheckpointReason.Order, Ordered) : run.CheckpointAndEnd(CheckpointReason.Order, Ordered, policy.GracePeriod);
        SaveOutcome.Committed? committed = outcome as SaveOutcome.Committed;
        string? problem = (outcome as SaveOutcome.Failed)?.Reason;
        order.Answer(new ControlAnswer
        {
            Generation = committed?.Generation,
            Problem = problem is null || run.IsOver ? problem : $"{problem}; the program runs on",
        });
        return order.LeaveRunning ? null : committed;
    }

    private SaveOutcome Make(CheckpointReason reason, string because)
    {
        SaveOutcome outcome = run.CheckpointAndGoOn(reason, because);
        _next = Plan(policy.CheckpointInterval);
        return outcome;
    }

    /// <summary>Plans the next checkpoint from the end of the last one, so that none overlaps another, however slow the disk is.</summary>
    private static (Deadline Due, DateTimeOffset? At) Plan(TimeSpan interval) =>
        interval > TimeSpan.Zero ? (Deadline.In(interval), DateTimeOffset.UtcNow + interval) : (Deadline.Never, null);

    /// <summary>Reacts when the node begins to go away before SIGTERM comes: runs the hook at every such news, and makes one checkpoint.</summary>
    private void Hear(RecentAnswers answers)
    {
        if (answers.Latest.State != _lastNews.State || answers.Latest.Reason != _lastNews.Reason)
        {
            _lastNews = answers.Latest;
            run.Changed();
        }

        if (!_warnings.IsNews(answers))
        {
            return;
        }

        NodeAnswer news = answers.Gravest;
        string deadline = news.Deadline?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture) ?? "";
        Log.Info(Event.NodeBeginsToGoAway, "the node begins to go away", ("state", news.State.ToWireName()), ("because", news.Reason), ("deadline", deadline));
        run.Hooks.OnNodeWarning(
            [("NODE_STATE", news.State.ToWireName()), ("NODE_STATE_REASON", news.Reason), ("NODE_DEADLINE", deadline)], () => run.IsOver);
        if (policy.CheckpointOnWarning && !run.IsOver && _warnings.TakeFirst())
        {
            Make(CheckpointReason.NodeWarning, "the node begins to go away");
        }
    }
}
