using System.Globalization;
using Crik.Diagnostics;
using Crik.Init;
using Crik.Linux;

namespace Crik.Commands;

/// <summary>A shell command of the user's that crik runs at a certain moment, beside the program.</summary>
/// <param name="supervisor">Runs it.</param>
/// <param name="timeout">After it, it is killed.</param>
internal sealed class Hook(Supervisor supervisor, TimeSpan timeout)
{
    /// <param name="key">The key it is configured with.</param>
    /// <param name="command">Nothing is done where there is none.</param>
    /// <param name="variables">What it gets to know, in its environment.</param>
    /// <param name="giveUp">Stops waiting for it; it is left running.</param>
    /// <returns>Whether it ended well, or there is none.</returns>
    public bool Run(string key, string? command, IReadOnlyList<(string Name, string Value)> variables, Func<bool>? giveUp = null)
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
        if (supervisor.TryStart(spec, out int errno) is not { } hook)
        {
            Log.Error($"{key} could not be run: /bin/sh: {Errno.Text(errno)}");
            return false;
        }

        if (!supervisor.Wait(() => hook.HasExited || giveUp?.Invoke() == true, Deadline.In(timeout)))
        {
            Libc.Kill(-hook.Pid, Signal.SIGKILL);
            Log.Warning($"{key} took longer than hookTimeout ({timeout.TotalSeconds.ToString(CultureInfo.InvariantCulture)}s) and was killed");
            return false;
        }

        if (hook.Exit is { } exit && exit.ToExitCode() != 0)
        {
            Log.Warning($"{key} ended badly", ("with", exit));
            return false;
        }

        return true;
    }
}
