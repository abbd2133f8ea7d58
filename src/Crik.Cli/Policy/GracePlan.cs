using Crik.Configuration;
using Crik.Contracts;
using Crik.Init;
using Crik.Nodes;

namespace Crik.Policy;

/// <summary>Divides the time between SIGTERM and SIGKILL between the checkpoint and the program's own end.</summary>
/// <param name="ForCheckpoint">From now until a checkpoint is committed or given up.</param>
/// <param name="ForProgram">What the program gets to end by itself when there is no checkpoint.</param>
internal sealed record GracePlan(TimeSpan ForCheckpoint, TimeSpan ForProgram)
{
    /// <summary>The plan never assumes less time than this, even when the grace period is over.</summary>
    private static readonly TimeSpan s_leastTime = TimeSpan.FromSeconds(1);

    /// <summary>A deadline of the node never shortens the checkpoint below this, because deadlines are not exact.</summary>
    private static readonly TimeSpan s_leastForCheckpoint = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How long the kubelet waits between SIGTERM and SIGKILL on this node. Only a node that shuts down limits it, and a deadline that is still
    /// to come tells more; docs/design/0009-asking-about-the-node.md has the reasons.
    /// </summary>
    /// <param name="node"><see langword="null"/> when nobody is asked about the node.</param>
    public static TimeSpan PeriodOn(NodeAnswer? node, DateTimeOffset now, TerminationPolicy policy) =>
        node is { State: NodeState.ShuttingDown, IsTakenBack: false } && !(node.Deadline > now) ? policy.NodeShutdownGracePeriod : policy.GracePeriod;

    /// <summary>
    /// The program gets what <see cref="GraceClock.ReserveOf"/> says. docs/design/0009-asking-about-the-node.md has the reasons for how
    /// far the node's deadline is believed.
    /// </summary>
    /// <param name="gone">The time since SIGTERM.</param>
    /// <param name="untilNodeGoes">The time until the node's deadline by this machine's clock, when somebody named one.</param>
    /// <param name="clocksAgree">Whether the clock of whoever named the deadline agrees with this machine's.</param>
    public static GracePlan From(TimeSpan gracePeriod, TimeSpan gone, TimeSpan? untilNodeGoes, bool clocksAgree = false)
    {
        GracePlan byGracePeriod = Divide(gracePeriod - gone);
        if (untilNodeGoes is not { } untilEnd || untilEnd <= TimeSpan.Zero || untilEnd >= byGracePeriod.ForCheckpoint + byGracePeriod.ForProgram)
        {
            return byGracePeriod; // a deadline in the past is wrong: the node is still there
        }

        GracePlan byNode = Divide(untilEnd);
        TimeSpan least = clocksAgree ? s_leastForCheckpoint : byGracePeriod.ForCheckpoint / 2;
        least = least < byGracePeriod.ForCheckpoint ? least : byGracePeriod.ForCheckpoint;
        return byNode.ForCheckpoint < least ? byNode with { ForCheckpoint = least } : byNode;
    }

    private static GracePlan Divide(TimeSpan time)
    {
        time = time < s_leastTime ? s_leastTime : time;
        TimeSpan forProgram = GraceClock.ReserveOf(time);
        return new GracePlan(time - forProgram, forProgram);
    }
}
