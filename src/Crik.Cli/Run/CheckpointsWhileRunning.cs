using Crik.Configuration;
using Crik.Control;
using Crik.Diagnostics;
using Crik.Init;
using Crik.Nodes;
using Crik.Save;

namespace Crik.Run;

/// <summary>
/// Makes checkpoints while the program runs: by the clock, at a signal, on an order through the control socket, and at news that the node
/// begins to go away. They are made one after the other.
/// </summary>
internal sealed class CheckpointsWhileRunning
{
    private const string Ordered = "somebody ordered it";

    private readonly IInit _init;
    private readonly CheckpointPolicy _policy;
    private readonly ProgramRun _run;
    private readonly NodeWatch? _node;
    private readonly ControlServer? _control;
    private readonly NodeWarnings _warnings;
    private Deadline _next;

    public CheckpointsWhileRunning(IInit init, CheckpointPolicy policy, ProgramRun run, NodeWatch? node, ControlServer? control)
    {
        (_init, _policy, _run, _node, _control) = (init, policy, run, node, control);
        _warnings = new NodeWarnings(run.Hooks, () => run.IsOver, policy.CheckpointOnWarning ? () => Make("the node begins to go away") : null);
        PlanNext();
    }

    /// <summary>When the next checkpoint by the clock is due.</summary>
    public DateTimeOffset? NextAt { get; private set; }

    /// <returns>The last checkpoint, if somebody ordered one that ends the program; <see langword="null"/> when the program ended or SIGTERM came.</returns>
    public SaveOutcome.Committed? UntilOver()
    {
        while (!_run.IsOver)
        {
            _init.Wait(
                () => _run.IsOver || _init.CheckpointRequested || _control is { HasOrders: true }, _next,
                _node?.NewsDescriptor ?? -1, _control?.OrdersDescriptor ?? -1);
            if (_run.IsOver)
            {
                break;
            }

            if (_node is not null)
            {
                _warnings.Hear(_node.TakeNews());
            }

            if (_control?.NextOrder() is { } order && Obey(order) is { } last)
            {
                return last;
            }

            if (_init.TakeCheckpointRequest())
            {
                Make("checkpointSignal came");
            }
            else if (_next.HasPassed)
            {
                Make("checkpointInterval is over");
            }
        }

        return null;
    }

    /// <returns>The checkpoint, when the program was to end with it and did.</returns>
    private SaveOutcome.Committed? Obey(ControlOrder order)
    {
        SaveOutcome outcome;
        if (order.LeaveRunning)
        {
            outcome = Make(Ordered);
        }
        else
        {
            Log.Info("making a checkpoint, and ending the program with it", ("because", Ordered));
            outcome = _run.CheckpointAndEnd(Ordered, _policy.GracePeriod);
        }

        switch (outcome)
        {
            case SaveOutcome.Committed committed:
                order.Answer(new ControlAnswer { Generation = committed.Generation });
                return order.LeaveRunning ? null : committed;
            case SaveOutcome.Failed failed:
                order.Answer(new ControlAnswer { Problem = _run.IsOver ? failed.Reason : $"{failed.Reason}; the program runs on" });
                return null;
            default:
                return null;
        }
    }

    private SaveOutcome Make(string because)
    {
        SaveOutcome outcome = _run.CheckpointAndGoOn(because);
        PlanNext();
        return outcome;
    }

    /// <summary>Plans the next checkpoint from the end of the last one, so that none overlaps another, however slow the disk is.</summary>
    private void PlanNext()
    {
        bool isPeriodic = _policy.CheckpointInterval > TimeSpan.Zero;
        _next = isPeriodic ? Deadline.In(_policy.CheckpointInterval) : Deadline.Never;
        NextAt = isPeriodic ? DateTimeOffset.UtcNow + _policy.CheckpointInterval : null;
    }
}
