using System.Diagnostics;
using Crik.Linux;
using Signal = Crik.Linux.Signal;

namespace Crik.Tests.Init;

/// <summary>The real init with real signals and children, in another process, whose run fails after it has started a program.</summary>
public sealed class InitLoopTests
{
    [Fact]
    public void When_the_run_fails_crik_logs_that_once_and_ends_as_its_program_does()
    {
        using Process crik = Start(InitProcess.FailingRun, "sleep 0.2; exit 7");

        Assert.Equal((7, 1), (End(crik, out string log), Count(log, "it goes on as a plain init for the program")));
        Assert.Contains("the run of this test fails", log, StringComparison.Ordinal);
    }

    [Fact]
    public void The_program_of_a_run_that_failed_gets_every_signal_and_SIGTERM_at_once()
    {
        using Process crik = Start(InitProcess.FailingRun, "trap 'echo user >&2' USR1; trap 'exit 5' TERM; echo ready; while :; do sleep 0.05; done");
        Assert.Equal("ready", crik.StandardOutput.ReadLine());
        Libc.SendSignal(crik.Id, 10);
        Thread.Sleep(100);
        Stopwatch clock = Stopwatch.StartNew();

        Libc.SendSignal(crik.Id, Signal.SIGTERM);

        Assert.Equal((5, 1), (End(crik, out string log), Count(log, "user")));
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(20), "the init must not wait until the grace period is almost over");
    }

    [Fact]
    public void A_run_that_fails_without_a_program_ends_crik()
    {
        using Process crik = Start(InitProcess.FailingRun, "");

        Assert.NotEqual(0, End(crik, out string log));
        Assert.DoesNotContain("plain init", log, StringComparison.Ordinal);
        Assert.Contains("the run of this test fails", log, StringComparison.Ordinal);
    }

    [Fact]
    public void Work_is_done_on_the_calling_thread_when_no_other_can_be_started()
    {
        using Process process = Start(InitProcess.NoThread);

        Assert.True(End(process, out string log) == 0, log);
    }

    /// <summary>crik blocks all signals before a second thread exists, which the runtime of the tests does not do. So they are blocked from the start.</summary>
    private static Process Start(params string[] arguments)
    {
        string runtime = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";
        return Process.Start(new ProcessStartInfo("env", ["--block-signal", runtime, "exec", typeof(InitProcess).Assembly.Location, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["DOTNET_EnableWriteXorExecute"] = "0" }, // otherwise every compiled method needs a new mapping, and mappings are what WorkWithoutThread limits
        })!;
    }

    private static int End(Process process, out string log)
    {
        bool hasEnded = process.WaitForExit(TimeSpan.FromMinutes(2));
        if (!hasEnded)
        {
            process.Kill(entireProcessTree: true);
        }

        log = process.StandardError.ReadToEnd();
        Assert.True(hasEnded, $"it did not end:\n{log}");
        return process.ExitCode;
    }

    private static int Count(string text, string part) => text.Split(part).Length - 1;
}
