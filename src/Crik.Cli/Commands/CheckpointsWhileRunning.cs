using Crik.Checkpoints;
using Crik.Configuration;
using Crik.Control;
using Crik.Diagnostics;
using Crik.Init;
using Crik.Nodes;

namespace Crik.Commands;

/// <summary>
/// While the program runs: checkpoints by the clock, at a signal, on an order through the control socket, and at word that the
/// node begins to go away. Each is made here, one after the other, so that none meets another.
/// </summary>
internal sealed class CheckpointsWhileRunning
{
    private readonly Supervisor _supervisor;
    private readonly CrikOptions _options;
    private readonly ProgramRun _run;
    private readonly NodeWatch? _node;
    private readonly ControlSocket? _control;
    private readonly NodeWarnings _warnings;
    private Deadline _next;
    private DateTimeOffset? _nextAt;

    public CheckpointsWhileRunning(Supervisor supervisor, CrikOptions options, ProgramRun run, NodeWatch? node, ControlSocket? control)
    {
        (_supervisor, _options, _run, _node, _control) = (supervisor, options, run, node, control);
        _warnings = new NodeWarnings(supervisor, options, () => Make("the node begins to go away"));
        PlanNext();
    }

    public RunStatus Status() => _run.Status(_node?.Latest, _run.IsOver ? null : _nextAt);

    /// <returns>A checkpoint somebody ordered as the last one; <see langword="null"/> when the program ended or SIGTERM came.</returns>
    public CheckpointOutcome? UntilOver()
    {
        while (!_run.IsOver)
        {
            _supervisor.Wait(() => _run.IsOver || _supervisor.CheckpointRequested || _control is { HasOrders: true }, _next, _node?.NewsDescriptor ?? -1);
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

            if (_supervisor.CheckpointRequested)
            {
                _supervisor.CheckpointRequested = false; // before, for one that comes meanwhile waits
                Make("checkpointSignal came");
            }
            else if (_next.HasPassed)
            {
                Make("checkpointInterval is over");
            }
        }

        return null;
    }

    /// <returns>The outcome, when the program was to end with it and did.</returns>
    private CheckpointOutcome? Obey(ControlOrder order)
    {
        const string Because = "somebody ordered it";
        CheckpointOutcome outcome;
        if (order.LeaveRunning)
        {
            outcome = Make(Because);
        }
        else
        {
            Log.Info("making a checkpoint, and ending the program with it", ("because", Because));
            outcome = _run.CheckpointAndEnd(Because, _options.GracePeriod);
        }

        string? problem = outcome.Failure is { } failure && !_run.IsOver ? $"{failure}; the program runs on" : outcome.Failure;
        order.Answer(new ControlAnswer { Generation = outcome.Generation, Problem = problem });
        return outcome.IsCommitted && !order.LeaveRunning ? outcome : null;
    }

    private CheckpointOutcome Make(string because)
    {
        CheckpointOutcome outcome = _run.CheckpointAndGoOn(because);
        PlanNext();
        return outcome;
    }

    /// <summary>From the end of the last one: a slow disk makes fewer, not overlapping ones.</summary>
    private void PlanNext()
    {
        if (_options.CheckpointInterval > TimeSpan.Zero)
        {
            (_next, _nextAt) = (Deadline.In(_options.CheckpointInterval), DateTimeOffset.UtcNow + _options.CheckpointInterval);
        }
        else
        {
            _next = Deadline.Never;
        }
    }
}
