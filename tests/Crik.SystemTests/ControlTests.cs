using System.Globalization;
using System.Text.Json.Nodes;

namespace Crik.SystemTests;

/// <summary>Checkpoints that leave the program running, the commands for people, and what a program and its hooks are told.</summary>
public sealed class ControlTests
{
    [LabFact]
    public void Status_and_checkpoint_talk_to_the_running_crik()
    {
        using ImageDirectory images = new();
        int last;
        using (Pod pod = Pod.WithCheckpoints(images, [], Programs.Counter))
        {
            pod.WaitForCount(3);
            pod.WaitForControl();
            JsonNode before = JsonNode.Parse(pod.Exec("crik", "status", "--output", "json"))!;
            Assert.Equal(("running", "/checkpoint", "basic"), ((string?)before["state"], (string?)before["imageDir"], (string?)before["privileges"]));
            Assert.Null(before["lastCheckpoint"]);

            Assert.Equal("checkpoint 1 was made\n", pod.Exec("crik", "checkpoint", "--leave-running"));
            Assert.Equal(1, (int)JsonNode.Parse(pod.Exec("crik", "status", "-o", "json"))!["lastCheckpoint"]!);
            Assert.Contains("1, at ", pod.Exec("crik", "status"), StringComparison.Ordinal);
            pod.WaitForCount(pod.Counted()[^1] + 3);

            Assert.Equal("checkpoint 2 was made\n", pod.Exec("crik", "checkpoint"));
            pod.WaitForExit(143);
            last = pod.Counted()[^1];
            Assert.Equal(Enumerable.Range(1, last), pod.Counted());
        }

        using Pod next = Pod.WithCheckpoints(images, [], Programs.Counter);
        next.WaitForCount(last + 1);
        Assert.Equal(last + 1, next.Counted()[0]);
        next.WaitForControl();
        Assert.Equal(2, (int)JsonNode.Parse(next.Exec("crik", "status", "--output", "json"))!["restoredFrom"]!);
    }

    [LabFact]
    public void Processes_that_come_and_go_are_no_reason_for_a_failure()
    {
        const string Storm = "for i in 1 2 3 4; do while :; do /bin/true; done & done; n=0; while :; do n=$((n + 1)); echo count $n; /bin/sleep 0.05; done";
        using ImageDirectory images = new();
        using Pod pod = Pod.WithCheckpoints(images, [], "sh", "-c", Storm);
        pod.WaitForCount(2);
        pod.WaitForControl();
        for (int generation = 1; generation <= 15; generation++)
        {
            Assert.Equal($"checkpoint {generation} was made\n", pod.Exec("crik", "checkpoint", "--leave-running"));
        }

        pod.Kill();
        pod.WaitForExit(143);
        Assert.InRange(pod.Errors.Count(line => line.Contains("trying once more", StringComparison.Ordinal)), 0, 1); // criu reads /proc itself
        int last = pod.Counted()[^1];
        Assert.Equal(Enumerable.Range(1, last), pod.Counted());
        using Pod next = Pod.WithCheckpoints(images, [], "sh", "-c", Storm);
        next.WaitForCount(last + 1);
        Assert.Equal(last + 1, next.Counted()[0]);
    }

    [LabTheory]
    [Explains("the running crik … not listen to this user")]
    public void Somebody_else_is_kept_from_the_socket(string message)
    {
        using ImageDirectory images = new();
        using Pod pod = Pod.WithCheckpoints(images, [], Programs.Counter);
        pod.WaitForControl();
        string said = pod.Exec("sh", "-c", "chmod 777 /run/crik.sock; setpriv --reuid 1234 --clear-groups crik checkpoint 2>&1; true");

        Assert.True(Explained.IsIn(message, said), said);
        pod.WaitFor(line => line.Contains("kept from the control socket", StringComparison.Ordinal), "kept from the control socket");
        Assert.Empty(images.Generations);
    }

    [LabFact]
    public void Status_is_answered_from_the_start_to_the_end()
    {
        const string Held = "echo held; until test -e /tmp/go; do sleep 0.05; done";
        string[] options =
        [
            "--env", $"CRIK_HOOKS_AFTER_RESTORE={Held}", "--env", $"CRIK_HOOKS_BEFORE_CHECKPOINT=test ! -e /tmp/hold || {{ {Held}; }}",
            "--env", "CRIK_HOOK_TIMEOUT=5m", "--env", "CRIK_LOCK_TIMEOUT=15m", "--env", "CRIK_GRACE_PERIOD=10m",
        ];
        using ImageDirectory images = new();
        using Pod before = Pod.WithCheckpoints(images, options, Programs.Counter);
        before.WaitForCount(3);
        using Pod pod = Pod.WithCheckpoints(images, options, Programs.Counter);
        pod.WaitForStatus("starting");
        Assert.Contains("program          not there yet\n", pod.Exec("crik", "status"), StringComparison.Ordinal);

        before.End(143);
        pod.WaitForLine("held");
        JsonNode restored = JsonNode.Parse(pod.Exec("crik", "status", "-o", "json"))!;
        Assert.Equal(("running", 1), ((string?)restored["state"], (int)restored["restoredFrom"]!));

        pod.Exec("touch", "/tmp/hold");
        pod.Kill();
        pod.WaitUntil(() => pod.Output.Count(line => line == "held") == 2, "held once more");
        Assert.Equal("ending", (string?)JsonNode.Parse(pod.Exec("crik", "status", "-o", "json"))!["state"]);
        Assert.Contains("no checkpoint was made: the run is ending\n", pod.Exec("sh", "-c", "crik checkpoint 2>&1; true"), StringComparison.Ordinal);
        pod.Exec("touch", "/tmp/go");
        pod.WaitForExit(143);
        Assert.Equal([1, 2], images.Generations);
    }

    [LabFact]
    public void A_second_crik_in_the_container_does_not_take_the_place_of_the_one_that_can_be_asked()
    {
        using ImageDirectory images = new();
        using Pod pod = Pod.WithCheckpoints(images, [], Programs.Counter);
        pod.WaitForControl();

        string said = pod.Exec("sh", "-c", "CRIK_LOCK_TIMEOUT=0s crik run --image-dir /checkpoint -- true 2>&1; true");

        Assert.Contains("is in use by crik of", said, StringComparison.Ordinal);
        Assert.Equal("running", (string?)JsonNode.Parse(pod.Exec("crik", "status", "-o", "json"))!["state"]);
    }

    [LabTheory]
    [Explains("no crik with an image directory runs here")]
    public void Without_a_running_crik_the_commands_say_so(string message)
    {
        using Pod pod = new([], ["sh", "-c", "crik status; echo status $?; crik checkpoint; echo checkpoint $?"]);

        pod.WaitForExit(0);
        pod.AssertSaid($"crik error: {message}");
        Assert.Contains("status 125", pod.Output);
        Assert.Contains("checkpoint 125", pod.Output);
        Assert.Equal(2, pod.Errors.Count(line => line.Contains("no crik with an image directory runs here", StringComparison.Ordinal)));
    }

    [LabFact]
    public void Checkpoints_by_the_clock_and_at_a_signal_leave_the_program_running()
    {
        using ImageDirectory images = new();
        int last;
        using (Pod pod = Pod.WithCheckpoints(images, ["--env", "CRIK_CHECKPOINT_INTERVAL=1s", "--env", "CRIK_CHECKPOINT_SIGNAL=USR2", "--env", "CRIK_KEEP=3"], Programs.Counter))
        {
            pod.WaitFor(line => line.Contains("runs on generation=3", StringComparison.Ordinal), "generation 3");
            int made = images.Generations[^1];
            pod.Kill("USR2");
            pod.WaitFor(line => line.Contains("because=\"checkpointSignal came\"", StringComparison.Ordinal), "checkpointSignal");
            pod.WaitFor(line => line.Contains($"runs on generation={made + 1}", StringComparison.Ordinal), "one more");
            Assert.InRange(images.Generations.Length, 1, 4);
            pod.End(143);
            last = pod.Counted()[^1];
            Assert.Equal(Enumerable.Range(1, last), pod.Counted());
        }

        using Pod next = Pod.WithCheckpoints(images, [], Programs.Counter);
        next.WaitForCount(last + 1);
        Assert.Equal(last + 1, next.Counted()[0]);
    }

    [LabFact]
    public void A_signal_that_comes_during_the_checkpoint_for_another_gets_one_too()
    {
        using ImageDirectory images = new();
        using Pod pod = Pod.WithCheckpoints(
            images, ["--env", "CRIK_CHECKPOINT_SIGNAL=USR2", "--env", "CRIK_HOOKS_BEFORE_CHECKPOINT=echo asked; until test -e /tmp/go; do sleep 0.05; done", "--env", "CRIK_HOOK_TIMEOUT=5m"],
            Programs.Counter);
        pod.WaitForCount(3);
        pod.Kill("USR2");
        pod.WaitForLine("asked");
        pod.Kill("USR2");
        pod.Exec("touch", "/tmp/go");

        pod.WaitFor(line => line.Contains("runs on generation=2", StringComparison.Ordinal), "generation 2");
        pod.End(143);
        Assert.Equal([2, 3], images.Generations);
    }

    [LabFact]
    public void Hooks_run_around_checkpoint_and_restore_and_the_program_is_told()
    {
        using ImageDirectory images = new();
        string[] options =
        [
            "--env", "CRIK_HOOKS_BEFORE_CHECKPOINT=echo \"before: $CHECKPOINT_REASON\"", "--env", "CRIK_HOOKS_AFTER_CHECKPOINT=echo \"after: $CHECKPOINT_GENERATION\"",
            "--env", "CRIK_HOOKS_AFTER_RESTORE=echo \"restored: $CHECKPOINT_GENERATION\"", "--env", "CRIK_RESTORED_SIGNAL=USR1", "--env", "CRIK_RESTORED_FILE=/tmp/restored.json",
        ];
        string[] program = Programs.Shell("trap 'echo told; cat /tmp/restored.json' USR1; n=0; while :; do n=$((n + 1)); echo \"count $n\"; sleep 0.05; done");
        string before;
        using (Pod pod = Pod.WithCheckpoints(images, [.. options, "--env", "MARK=first"], program))
        {
            before = pod.Name;
            pod.WaitForCount(3);
            pod.End(143);
            Assert.Contains("before: no node state is asked for", pod.Output);
            Assert.Contains("after: 1", pod.Output);
        }

        using Pod next = Pod.WithCheckpoints(images, [.. options, "--env", "MARK=second"], program);
        next.WaitForLine("told");
        next.WaitForLine("restored: 1");
        next.WaitForLine("}");
        JsonNode told = JsonNode.Parse(string.Join('\n', next.Output.SkipWhile(line => line != "{").TakeWhile(line => line != "}").Where(line => line != "restored: 1")) + "}")!;
        Assert.Equal((1, before, next.Name, "second"), ((int)told["generation"]!, (string?)told["hostNameBefore"], (string?)told["hostName"], (string?)told["environment"]!["MARK"]));
        Assert.True((double)told["awaySeconds"]! > 0);
    }

    [LabTheory]
    [Explains("hooks.beforeCheckpoint failed, and whenHookFails is giveUp", "exit 1", "20s", "giveUp", false)]
    [Explains("hooks.… ended badly", "exit 1", "20s", "goOn", true)]
    [Explains("hooks.… took longer than hookTimeout", "sleep 100", "1s", "giveUp", false)]
    [Explains("hooks.… took longer than hookTimeout", "sleep 100", "1s", "goOn", true)]
    public void A_hook_that_fails_or_hangs_decides_no_more_than_it_may(string message, string hook, string timeout, string choice, bool made)
    {
        using ImageDirectory images = new();
        using Pod pod = Pod.WithCheckpoints(
            images, ["--env", $"CRIK_HOOKS_BEFORE_CHECKPOINT={hook}", "--env", $"CRIK_HOOK_TIMEOUT={timeout}", "--env", $"CRIK_WHEN_HOOK_FAILS={choice}"],
            Programs.Shell("trap 'exit 3' TERM; n=0; while :; do n=$((n + 1)); echo \"count $n\"; sleep 0.05; done"));
        pod.WaitForCount(3);

        pod.End(made ? 143 : 3);
        pod.AssertSaid(message);
        Assert.Equal(made ? 1 : 0, images.Generations.Length);
    }

    [LabTheory]
    [InlineData("BEFORE", 1)]
    [InlineData("AFTER", 2)]
    public void A_termination_does_not_wait_for_the_hook_of_a_checkpoint_that_leaves_the_program_running(string moment, int generations)
    {
        const string Hook = "case \"$CHECKPOINT_REASON\" in checkpointSignal*) echo hanging; exec sleep 1000;; esac";
        using ImageDirectory images = new();
        using Pod pod = Pod.WithCheckpoints(
            images, ["--env", "CRIK_CHECKPOINT_SIGNAL=USR2", "--env", $"CRIK_HOOKS_{moment}_CHECKPOINT={Hook}", "--env", "CRIK_HOOK_TIMEOUT=15m", "--env", "CRIK_GRACE_PERIOD=20m"],
            Programs.Counter);
        pod.WaitForCount(3);
        pod.Kill("USR2");
        pod.WaitForLine("hanging");

        pod.End(143);
        Assert.Equal(generations, images.Generations.Length);
        Assert.Equal(Enumerable.Range(1, pod.Counted()[^1]), pod.Counted());
    }

    [LabTheory]
    [Explains("CLOCK_MONOTONIC goes back by …", "basic", "warn", true)]
    [Explains("CLOCK_MONOTONIC would go back for the program of checkpoint N", "basic", "startFresh", false)]
    [Explains("CLOCK_MONOTONIC goes back by …", "full", "startFresh", true)]
    public void A_clock_that_is_behind_is_said_and_dealt_with_or_goes_on(string message, string level, string choice, bool restored)
    {
        const string Program = "import time; n = 0\nwhile True:\n n += 1; print(f'count {n}\\nclock {time.monotonic()}', flush=True)\n for _ in range(1000000): pass";
        string[] options = ["--level", level, "--env", $"CRIK_WHEN_CLOCK_JUMPS={choice}"];
        using ImageDirectory images = new();
        double then;
        using (Pod pod = new(
            ["--image-dir", images.Path, .. options], ["crik", "run", "--image-dir", "/checkpoint", "--", .. Programs.Python(Program)],
            ["unshare", "--time", "--monotonic", "1000000", "--fork"]))
        {
            pod.WaitForCount(3);
            pod.End(143);
            then = Clock(pod);
        }

        using Pod next = Pod.WithCheckpoints(images, options, Programs.Python(Program));
        next.WaitUntil(() => next.Counted().Length >= 2, "two numbers");
        Assert.Equal(restored, next.Counted()[0] > 1);
        Assert.Equal(level == "full", Clock(next) > then);
        next.End();
        Assert.Equal(level == "basic", next.HasSaid(message));
    }

    [LabTheory]
    [Explains("CLOCK_MONOTONIC would go back for the program of checkpoint N")]
    public void A_clock_that_is_behind_forbids_the_start_where_that_is_wanted(string message)
    {
        string[] options = ["--env", "CRIK_WHEN_CLOCK_JUMPS=fail"];
        using ImageDirectory images = new();
        using (Pod pod = new(
            ["--image-dir", images.Path, .. options], ["crik", "run", "--image-dir", "/checkpoint", "--", .. Programs.Counter],
            ["unshare", "--time", "--monotonic", "1000000", "--fork"]))
        {
            pod.WaitForCount(3);
            pod.End(143);
        }

        using Pod next = Pod.WithCheckpoints(images, options, Programs.Counter);
        next.WaitForExit(123);
        next.AssertSaid($"crik error: {message}, and a fresh start is forbidden by the configuration");
        Assert.Empty(next.Output);
        Assert.Equal([1], images.Generations);
        Assert.Empty(images.Failed);
    }

    [LabTheory]
    [Explains("hooks.… ended badly")]
    public void A_hook_that_fails_afterwards_changes_nothing(string message)
    {
        string[] options =
        [
            "--env", "CRIK_HOOKS_AFTER_CHECKPOINT=exit 1", "--env", "CRIK_HOOKS_AFTER_RESTORE=exit 1", "--env", "CRIK_WHEN_HOOK_FAILS=giveUp",
        ];
        using ImageDirectory images = new();
        int last;
        using (Pod pod = Pod.WithCheckpoints(images, options, Programs.Counter))
        {
            pod.WaitForCount(3);
            pod.End(143);
            pod.AssertSaid($"crik warning: {message.Replace("…", "afterCheckpoint", StringComparison.Ordinal)}");
            last = pod.Counted()[^1];
        }

        using Pod next = Pod.WithCheckpoints(images, options, Programs.Counter);
        next.WaitForSaid($"crik warning: {message.Replace("…", "afterRestore", StringComparison.Ordinal)}");
        next.WaitForCount(last + 3);
        Assert.Equal(last + 1, next.Counted()[0]);
        next.End(143);
        Assert.Equal([1, 2], images.Generations);
    }

    private static double Clock(Pod pod) => double.Parse(pod.Output.Last(line => line.StartsWith("clock ", StringComparison.Ordinal)).AsSpan(6), CultureInfo.InvariantCulture);
}
