using System.Globalization;

namespace Crik.SystemTests.Init;

/// <summary>Tests the duties of PID 1, with and without checkpoints, before and after a restore.</summary>
public sealed class InitTests
{
    private static IEnumerable<string> SendableSignals => Enumerable.Range(1, 64).Where(IsSendable).Select(signal => $"signal {signal}");

    /// <summary>Leaves out SIGKILL, SIGSTOP and SIGCHLD, and the two signals that the C library uses itself.</summary>
    private static bool IsSendable(int signal) => signal is not (9 or 17 or 19 or 32 or 33);

    [LabFact]
    public void All_256_exit_codes_and_signal_deaths_are_passed_on()
    {
        using Pod pod = new([], Programs.Shell(
            "for i in $(seq 0 255); do crik run -- sh -c \"exit $i\"; echo \"code $i $?\"; done; "
            + "for s in 1 2 3 6 8 9 10 11 12 13 14 15 34 64; do crik run -- sh -c \"kill -$s \\$\\$\"; echo \"signal $s $?\"; done"));

        pod.WaitForExit(0);

        Assert.Equal(Enumerable.Range(0, 256).Select(code => $"code {code} {code}"), pod.Output.Where(line => line.StartsWith("code", StringComparison.Ordinal)));
        Assert.Equal(14, pod.Output.Count(line => line.Split() is ["signal", var number, var code]
            && int.Parse(code, CultureInfo.InvariantCulture) == 128 + int.Parse(number, CultureInfo.InvariantCulture)));
    }

    [LabTheory]
    [InlineData("exit 0", 0)]
    [InlineData("exit 1", 1)]
    [InlineData("exit 37", 37)]
    [InlineData("exit 255", 255)]
    [InlineData("kill -SEGV $$", 139)]
    [InlineData("kill -KILL $$", 137)]
    public void The_end_of_the_program_ends_the_pod_with_the_same_exit_code(string script, int code)
    {
        using ImageDirectory images = new();
        using Pod plain = new([], ["crik", "run", "--", "sh", "-c", script]);
        using Pod pod = Pod.WithCheckpoints(images, [], "sh", "-c", script);

        plain.WaitForExit(code);
        pod.WaitForExit(code);
    }

    [LabTheory]
    [InlineData("nosuchprogram", 127)]
    [InlineData("/etc/passwd", 126)]
    public void A_program_that_cannot_be_executed_is_reported_with_the_exit_code_that_a_shell_has(string program, int code)
    {
        using ImageDirectory images = new();
        using Pod plain = new([], ["crik", "run", "--", program]);
        using Pod pod = Pod.WithCheckpoints(images, [], program);

        plain.WaitForExit(code);
        pod.WaitForExit(code);
        Assert.Contains(plain.Errors, line => line.Contains(program, StringComparison.Ordinal));
    }

    [LabFact]
    public void Every_signal_is_forwarded_without_checkpoints()
    {
        using Pod pod = new([], ["crik", "run", "--", "python3", "/programs/signals.py"]);
        pod.WaitForLine("ready");

        SendAll(pod, except: 0);

        // SIGURG (23) may arrive more often, because the Go runtime in runc sends it to itself and runc forwards it.
        Assert.Equal(
            SendableSignals.Where(line => line != "signal 23"),
            pod.Output.Where(line => line.StartsWith("signal", StringComparison.Ordinal) && line != "signal 23"));
        Assert.Contains("signal 23", pod.Output);
    }

    [LabFact]
    public void Every_signal_is_forwarded_before_and_after_a_restore()
    {
        using ImageDirectory images = new();
        using (Pod pod = Pod.WithCheckpoints(images, [], "python3", "/programs/signals.py"))
        {
            pod.WaitForLine("ready");
            SendAll(pod, except: 15);
            pod.End(143);
        }

        using Pod restored = Pod.WithCheckpoints(images, [], "python3", "/programs/signals.py");
        restored.WaitForLine("crik info: restored");
        SendAll(restored, except: 15);
    }

    [LabTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void Orphans_are_reaped(bool checkpoints)
    {
        // Twenty grandchildren lose their parents. A zombie may exist for a moment only, until crik has waited for it.
        string script = "for i in $(seq 20); do (sleep 0.1 & ) ; done; for i in $(seq 600); do sleep 0.1; zombies=$(grep -l '^State:.Z' /proc/[0-9]*/status 2>/dev/null | wc -l); "
            + "[ $zombies = 0 ] && ! pgrep -x -f 'sleep 0.1' >/dev/null && break; done; echo zombies $zombies";
        using ImageDirectory images = new();
        using Pod pod = checkpoints ? Pod.WithCheckpoints(images, [], "sh", "-c", script) : new([], ["crik", "run", "--", "sh", "-c", script]);

        pod.WaitForExit(0);
        Assert.Contains("zombies 0", pod.Output);
    }

    [LabTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_program_has_the_same_signals_streams_and_limits_as_without_crik(bool checkpoints)
    {
        const string Look = "grep -E '^(Sig(Blk|Ign|Cgt|Pnd)|ShdPnd|Cap|NoNewPrivs|Seccomp|Groups|Uid):' /proc/self/status; cat /proc/self/limits; ls -l /proc/self/fd | grep -c ' -> '; cat";
        using ImageDirectory images = new();
        using Pod bare = new([], ["sh", "-c", Look]);
        using Pod under = checkpoints ? Pod.WithCheckpoints(images, [], "sh", "-c", Look) : new([], ["crik", "run", "--", "sh", "-c", Look]);
        foreach (Pod pod in new[] { bare, under })
        {
            pod.Input.WriteLine("through stdin");
            pod.Input.Close();
            pod.WaitForExit(0);
        }

        Assert.Equal(bare.Output, under.Output);
        Assert.Contains("through stdin", under.Output);
    }

    [LabFact]
    public void A_plain_init_needs_no_privilege()
    {
        using Pod pod = new(["--level", "none"], ["crik", "run", "--", "true"]);

        pod.WaitForExit(0);
    }

    [LabFact]
    public void The_program_gets_PIDs_that_are_far_from_those_of_crik()
    {
        using ImageDirectory images = new();
        using Pod pod = Pod.WithCheckpoints(images, [], "sh", "-c", "echo pid $$; (sh -c 'echo pid $PPID'); echo session $(ps -o sid= -p $$)");

        pod.WaitForExit(0);
        Assert.All(
            pod.Output.Where(line => line.StartsWith("pid", StringComparison.Ordinal)),
            line => Assert.True(int.Parse(line.AsSpan(4), CultureInfo.InvariantCulture) > 300, line));
        Assert.Contains(pod.Output, line => line.StartsWith("session", StringComparison.Ordinal) && line.EndsWith("301", StringComparison.Ordinal));
    }

    /// <summary>
    /// Sends each signal after the program has reported the previous one, because the kernel merges equal pending
    /// signals.
    /// </summary>
    private static void SendAll(Pod pod, int except)
    {
        for (int signal = 1; signal <= 64; signal++)
        {
            if (IsSendable(signal) && signal != except)
            {
                pod.Kill(signal.ToString(CultureInfo.InvariantCulture));
                pod.WaitFor(line => line == $"signal {signal}", $"signal {signal}");
            }
        }
    }
}
