using Crik.Diagnostics;

namespace Crik.Init;

/// <summary>
/// Does for the program what is due: takes it away from criu, sends it SIGTERM, and ends a criu that does not let it go. The init calls it
/// in every turn of its loop, so it waits for nothing. Times are in milliseconds of <see cref="Environment.TickCount64"/>.
/// </summary>
internal sealed class ProgramGuard(InitState state, CurrentGrace grace, InitDecision decision)
{
    /// <summary>poll(2) without a time limit.</summary>
    private const int Never = -1;

    private readonly DismissedCriu _dismissed = new();
    private readonly EmergencyLine _timeIsUp = new(
        Event.GracePeriodAlmostOver,
        "the grace period is almost over and crik is still waiting for something, such as its volume: no checkpoint is made, and the program gets its SIGTERM now");
    private bool _hasTakenOver;
    private long? _programEndedAt;

    /// <inheritdoc cref="InitSituation.HasRun"/>
    public bool HasRun { private get; set; }

    /// <inheritdoc cref="InitSituation.IsAlone"/>
    public volatile bool IsAlone;

    /// <returns>Whether the run should look again.</returns>
    public bool Act(long now)
    {
        bool acted = false;
        GraceClock clock = grace.Clock; // read once: a program that gets its SIGTERM must have been released by the same clock
        if (InitDecision.Releases(Look(now, clock)))
        {
            _dismissed.Add(state.Release(), now, clock.CriuPatience);
            acted = true;
        }

        if (state.HasFailed && !_hasTakenOver)
        {
            _hasTakenOver = true;
            state.EndSave(); // the run may have failed before it did so itself
        }

        if (InitDecision.Terminates(Look(now, clock)))
        {
            state.Terminate();
            acted = true;
            if (!state.HasFailed)
            {
                _timeIsUp.Write();
            }
        }

        if (_dismissed.TakeOverdue(now) is { } criu)
        {
            _ = Libc.SendSignal(criu.Pid, Signal.SIGKILL);
        }

        return acted;
    }

    public EndWithoutRun End(long now) => decision.End(Look(now, grace.Clock));

    /// <summary>Milliseconds until something is due, for poll(2).</summary>
    public int Timeout(long now)
    {
        long next = Math.Min(decision.NextAt(Look(now, grace.Clock)), _dismissed.KillAt);
        return next == long.MaxValue ? Never : (int)Math.Clamp(next - now, 0, int.MaxValue);
    }

    private InitSituation Look(long now, GraceClock clock)
    {
        bool hasEnded = state.Program is { HasExited: true };
        return new InitSituation(
            now, clock, state.TerminatedAt, state.WasTerminated, HasProgram: state.Program is not null, hasEnded ? _programEndedAt ??= now : null,
            state.Phase, state.ReleaseAt, HasRun, state.HasFailed, IsAlone);
    }
}
