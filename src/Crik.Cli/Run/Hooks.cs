using Crik.Configuration;
using Crik.Diagnostics;
using Crik.Init;

namespace Crik.Run;

/// <summary>Runs the user's shell commands at their moments, beside the program.</summary>
/// <param name="send">Sends a signal: <see cref="Libc.SendSignal"/>, or a test's.</param>
internal sealed class Hooks(IInit init, HookPolicy policy, Func<int, int, ulong?, int>? send = null)
{
    /// <returns>Whether the checkpoint may be made.</returns>
    public bool BeforeCheckpoint(string because, Deadline deadline, Func<bool>? giveUp) =>
        Run("hooks.beforeCheckpoint", policy.BeforeCheckpoint, [("CHECKPOINT_REASON", because)], deadline, giveUp)
        || policy.WhenHookFails == WhenHookFails.GoOn;

    public void AfterCheckpoint(string because, int generation, Func<bool>? giveUp) => Run(
        "hooks.afterCheckpoint", policy.AfterCheckpoint,
        [("CHECKPOINT_REASON", because), ("CHECKPOINT_GENERATION", generation.ToString(CultureInfo.InvariantCulture))], Deadline.Never, giveUp);

    public void AfterRestore(int generation, Func<bool> giveUp) => Run(
        "hooks.afterRestore", policy.AfterRestore, [("CHECKPOINT_GENERATION", generation.ToString(CultureInfo.InvariantCulture))], Deadline.Never, giveUp);

    public void OnNodeWarning(IReadOnlyList<(string Name, string Value)> variables, Func<bool> giveUp) =>
        Run("onNodeWarning", policy.OnNodeWarning, variables, Deadline.Never, giveUp);

    /// <param name="key">The configuration key, for the log.</param>
    /// <param name="deadline">The hook is killed then, or after hookTimeout if that is earlier.</param>
    /// <param name="giveUp">Ends the wait; the hook goes on by itself.</param>
    /// <returns>Whether it ended with exit code 0, or none is configured.</returns>
    internal bool Run(string key, string? command, IReadOnlyList<(string Name, string Value)> variables, Deadline deadline, Func<bool>? giveUp)
    {
        if (command is null)
        {
            return true;
        }

        ProcessSpec spec = new(["/bin/sh", "-c", command])
        {
            Environment = [.. EnvironmentBlock.Current, .. variables.Select(variable => $"{variable.Name}={variable.Value}")],
            NewSession = true,
        };
        if (init.TryStart(spec, out int errno) is not { } hook)
        {
            Log.Error(Event.HookFailed, $"{key} could not be run: /bin/sh: {Errno.Text(errno)}");
            return false;
        }

        TimeSpan time = deadline.Left < policy.HookTimeout ? deadline.Left : policy.HookTimeout;
        if (!init.Wait(() => hook.HasExited || giveUp?.Invoke() == true, Deadline.In(time)))
        {
            Kill(key, hook, time);
            return false;
        }

        if (hook.Exit is not { } exit)
        {
            Log.Warning(Event.HookLeftRunning, $"{key} still runs, and crik does not wait for it any more", ("pid", hook.Pid));
            return false;
        }

        if (exit.ToExitCode() != 0)
        {
            Log.Warning(Event.HookFailed, $"{key} ended badly", ("with", exit));
        }

        return exit.ToExitCode() == 0;
    }

    private void Kill(string key, ChildProcess hook, TimeSpan time)
    {
        int errno = (send ?? Libc.SendSignal)(-hook.Pid, Signal.SIGKILL, null);
        string limit = time < policy.HookTimeout ? "the time that is left" : "hookTimeout";
        string seconds = time.TotalSeconds.ToString("0.#", CultureInfo.InvariantCulture);
        Log.Warning(Event.HookTimedOut, errno is 0 or Errno.ESRCH ? $"{key} took longer than {limit} ({seconds}s) and was killed"
            : $"{key} took longer than {limit} ({seconds}s) and could not be killed ({Errno.Text(errno)}); it goes on", ("pid", hook.Pid));
    }
}
