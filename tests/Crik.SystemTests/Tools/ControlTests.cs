using System.Globalization;
using System.Text.Json.Nodes;

namespace Crik.SystemTests.Tools;

/// <summary>
/// Tests checkpoints that leave the program running, the commands that talk to a running crik, and hooks.
/// </summary>
public sealed class ControlTests
{
    [LabFact]
    public void The_status_and_checkpoint_commands_reach_the_running_crik()
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

            Assert.Contains("\nlastCheckpoint: 1\n", pod.Exec("crik", "status", "-o", "yaml"), StringComparison.Ordinal);
            Assert.Equal(
                "the program ends with this checkpoint; with --leave-running it would run on\ncheckpoint 2 was made\n",
                pod.Exec("sh", "-c", "exec crik checkpoint 2>&1"));
            pod.WaitForExit(143);
            last = pod.Counted()[^1];
            Assert.Equal(Enumerable.Range(1, last), pod.Counted());
        }

        using Pod next = Pod.WithCheckpoints(images, [], Programs.Counter);
        next.AssertContinuesAfter(last);
        next.WaitForControl();
        Assert.Equal(2, (int)JsonNode.Parse(next.Exec("crik", "status", "--output", "json"))!["restoredFrom"]!);
    }

    [LabFact]
    public void A_probe_learns_that_the_program_is_not_ready_while_it_is_restored_and_ready_when_it_runs()
    {
        string[] options = ["--env", "CRIK_GRACE_PERIOD=2m", "--env", "CRIK_CRIU_PATH=/programs/mortal-criu", "--env", "MISHAP=held", "--env", "CRIK_WHEN_PROGRAM_CHANGED=restore"];
        using ImageDirectory images = new();
        int last = images.MakeCheckpoint([], Programs.Counter);
        using Pod pod = Pod.WithCheckpoints(images, options, Programs.Counter);
        pod.WaitUntil(() => File.Exists(images.In("held")), "a restore that is held");

        string probe = pod.Exec("sh", "-c", "CRIK_KEEP=wrong crik status --ready 2>&1; echo code $?");
        Assert.Equal("not ready: crik waits for the image directory, or restores or starts the program\ncode 1\n", probe);
        Assert.Empty(pod.Counted());

        File.WriteAllText(images.In("go"), "");
        pod.WaitForControl();
        Assert.Equal("code 0\n", pod.Exec("sh", "-c", "CRIK_KEEP=wrong crik status --ready 2>&1; echo code $?"));
        pod.AssertContinuesAfter(last);
        pod.End(143);
    }

    [LabTheory]
    [InlineData("--leave-running", 3)]
    [InlineData("", 2)]
    public void A_process_of_the_program_may_order_a_checkpoint(string option, int generationsAtTheEnd)
    {
        string program = $"n=0; while :; do n=$((n + 1)); echo count $n; test $n != 5 || crik checkpoint {option}; sleep 0.05; done";
        using ImageDirectory images = new();
        int last;
        using (Pod pod = Pod.WithCheckpoints(images, [], Programs.Shell(program)))
        {
            pod.WaitUntil(() => images.Generations.Length == 1, "checkpoint 1");
            if (option.Length > 0)
            {
                pod.WaitForLine("the checkpoint was accepted");
                pod.WaitForCount(8);
                Assert.Equal(1, (int)JsonNode.Parse(pod.Exec("crik", "status", "-o", "json"))!["lastCheckpoint"]!);
                pod.Kill();
            }

            pod.WaitForExit(143);
            Assert.DoesNotContain(pod.Errors, line => line.Contains("no checkpoint was made", StringComparison.Ordinal));
            last = pod.Counted()[^1];
        }

        using Pod next = Pod.WithCheckpoints(images, [], Programs.Shell(program));
        next.WaitForCount(last + 3);
        Assert.Equal(last + 1, next.Counted()[0]);
        next.End(143);
        Assert.Equal(generationsAtTheEnd, images.Generations[^1]);
    }

    [LabFact]
    public void Containers_that_share_dev_shm_are_served_by_their_own_crik()
    {
        const UnixFileMode EverybodyMayWrite = UnixFileMode.StickyBit // as /dev/shm has it
            | UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
            | UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
            | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;
        string shared = Directory.CreateTempSubdirectory("crik-shm-").FullName;
        File.SetUnixFileMode(shared, EverybodyMayWrite);
        string[] options = ["--read-only", "--mount", $"{shared}:/dev/shm"];
        try
        {
            using ImageDirectory images = new();
            using ImageDirectory otherImages = new();
            using Pod pod = Pod.WithCheckpoints(images, options, Programs.Counter);
            using Pod other = Pod.WithCheckpoints(otherImages, options, Programs.Counter);
            pod.WaitForControl();
            other.WaitForControl();

            Assert.Equal(2, Directory.GetDirectories(shared, ".crik-*").Length);
            Assert.Equal("checkpoint 1 was made\n", pod.Exec("crik", "checkpoint", "--leave-running"));
            Assert.Equal(1, (int)JsonNode.Parse(pod.Exec("crik", "status", "-o", "json"))!["lastCheckpoint"]!);
            Assert.Null(JsonNode.Parse(other.Exec("crik", "status", "-o", "json"))!["lastCheckpoint"]);
            string theirs = Path.GetFileName(Directory.GetDirectories(shared, ".crik-*").First(directory => !directory.EndsWith(MountNamespace(other), StringComparison.Ordinal)));
            string said = other.Exec("python3", "-c", $"import socket; s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET); s.connect('/dev/shm/{theirs}/control.sock'); print(s.recv(1))");
            Assert.Equal("b''\n", said); // root of the other container is not served
            pod.WaitFor(line => line.Contains("refused a connection to the control socket", StringComparison.Ordinal), "refused a connection to the control socket");
            pod.End(143);
            other.End(143);
            Assert.Empty(Directory.GetDirectories(shared, ".crik-*"));
        }
        finally
        {
            Directory.Delete(shared, recursive: true);
        }

        static string MountNamespace(Pod pod) => pod.Exec("readlink", "/proc/1/ns/mnt").Trim()["mnt:[".Length..^1];
    }

    [LabFact]
    public void Processes_that_start_and_end_do_not_make_a_checkpoint_fail()
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
        Assert.InRange(pod.Errors.Count(line => line.Contains("trying again", StringComparison.Ordinal)), 0, 1); // criu itself may miss a process that ends while it reads /proc
        int last = pod.Counted()[^1];
        Assert.Equal(Enumerable.Range(1, last), pod.Counted());
        using Pod next = Pod.WithCheckpoints(images, [], "sh", "-c", Storm);
        next.AssertContinuesAfter(last);
    }

    [LabTheory]
    [Explains("the running crik … not listen to this user")]
    public void Another_user_cannot_use_the_control_socket(string message)
    {
        using ImageDirectory images = new();
        using Pod pod = Pod.WithCheckpoints(images, [], Programs.Counter);
        pod.WaitForControl();
        string said = pod.Exec("sh", "-c", "chmod 777 /run/crik.sock; setpriv --reuid 1234 --clear-groups crik checkpoint 2>&1; true");

        Assert.True(Explained.IsIn(message, said), said);
        pod.WaitFor(line => line.Contains("refused a connection to the control socket", StringComparison.Ordinal), "refused a connection to the control socket");
        Assert.Empty(images.Generations);
    }

    [LabFact]
    public void Status_answers_from_the_start_of_crik_to_its_end()
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
        Assert.Contains("program          not started yet\n", pod.Exec("crik", "status"), StringComparison.Ordinal);

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

    [LabTheory]
    [Explains("crik status and crik checkpoint talk to another crik")]
    public void A_second_crik_in_the_container_does_not_replace_the_control_socket(string message)
    {
        using ImageDirectory images = new();
        using Pod pod = Pod.WithCheckpoints(images, [], Programs.Counter);
        pod.WaitForControl();

        string said = pod.Exec("sh", "-c", "CRIK_LOCK_TIMEOUT=0s crik run --image-dir /checkpoint -- true 2>&1; true");

        Assert.True(Explained.IsIn($"crik warning: {message}", said), said);
        Assert.Contains("is in use by crik of", said, StringComparison.Ordinal);
        Assert.Equal("running", (string?)JsonNode.Parse(pod.Exec("crik", "status", "-o", "json"))!["state"]);
    }

    [LabTheory]
    [Explains("no crik with an image directory runs here")]
    public void The_commands_report_that_no_crik_runs_in_the_container(string message)
    {
        using Pod pod = new([], ["sh", "-c", "crik status; echo status $?; crik checkpoint; echo checkpoint $?"]);

        pod.WaitForExit(0);
        pod.AssertSaid($"crik error: {message}");
        Assert.Contains("status 125", pod.Output);
        Assert.Contains("checkpoint 125", pod.Output);
        Assert.Equal(2, pod.Errors.Count(line => line.Contains("no crik with an image directory runs here", StringComparison.Ordinal)));
    }

    [LabFact]
    public void Checkpoints_at_an_interval_and_at_a_signal_leave_the_program_running()
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
        next.AssertContinuesAfter(last);
    }

    [LabFact]
    public void A_checkpoint_signal_during_a_checkpoint_makes_another_checkpoint()
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
    public void Hooks_run_around_checkpoint_and_restore_and_the_program_learns_of_its_restore()
    {
        using ImageDirectory images = new();
        string[] options =
        [
            "--env", "CRIK_HOOKS_BEFORE_CHECKPOINT=echo \"before: $CHECKPOINT_REASON\"", "--env", "CRIK_HOOKS_AFTER_CHECKPOINT=echo \"after: $CHECKPOINT_GENERATION\"",
            "--env", "CRIK_HOOKS_AFTER_RESTORE=echo \"restored: $CHECKPOINT_GENERATION\"", "--env", "CRIK_RESTORED_SIGNAL=USR1", "--env", "CRIK_RESTORED_FILE=/tmp/restored.json",
        ];
        string[] program = Programs.Shell("trap 'echo told; cat /tmp/restored.json' USR1; " + Programs.Count);
        string before;
        using (Pod pod = Pod.WithCheckpoints(images, [.. options, "--env", "MARK=first"], program))
        {
            before = pod.Name;
            pod.WaitForCount(3);
            pod.End(143);
            Assert.Contains("before: no node state is asked for", pod.Output);
            Assert.Contains("after: 1", pod.Output);
        }

        using Pod next = Pod.WithCheckpoints(images, [.. options, "--env", "MARK=second", "--env", "CRIK_WHEN_PROGRAM_CHANGED=restore"], program);
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
    [Explains("… took longer than … and was killed", "sleep 100", "1s", "giveUp", false)]
    [Explains("… took longer than … and was killed", "sleep 100", "1s", "goOn", true)]
    public void WhenHookFails_decides_whether_a_failed_or_slow_hook_prevents_the_checkpoint(string message, string hook, string timeout, string choice, bool made)
    {
        using ImageDirectory images = new();
        using Pod pod = Pod.WithCheckpoints(
            images, ["--env", $"CRIK_HOOKS_BEFORE_CHECKPOINT={hook}", "--env", $"CRIK_HOOK_TIMEOUT={timeout}", "--env", $"CRIK_WHEN_HOOK_FAILS={choice}"],
            Programs.Shell("trap 'exit 3' TERM; " + Programs.Count));
        pod.WaitForCount(3);

        pod.End(made ? 143 : 3);
        pod.AssertSaid(message);
        Assert.Equal(made ? 1 : 0, images.Generations.Length);
    }

    [LabTheory]
    [Explains("… could not be run: /bin/sh")]
    public void A_hook_in_a_container_without_a_shell_counts_as_failed(string message)
    {
        using ImageDirectory images = new();
        using Pod pod = new(
            ["--image-dir", images.Path, "--env", "CRIK_HOOKS_BEFORE_CHECKPOINT=true"],
            ["sh", "-c", "rm /bin/sh; exec crik run --image-dir /checkpoint -- python3 /programs/hold.py 1"]);
        pod.WaitForCount(2);

        pod.End();
        pod.AssertSaid($"crik error: {message}: No such file or directory");
    }

    [LabTheory]
    [InlineData("BEFORE", 1)]
    [InlineData("AFTER", 2)]
    public void SIGTERM_does_not_wait_for_the_hook_of_a_checkpoint_that_leaves_the_program_running(string moment, int generations)
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
    public void WhenClockJumps_decides_what_happens_when_the_monotonic_clock_is_behind(string message, string level, string choice, bool restored)
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
    public void WhenClockJumps_can_forbid_the_start(string message)
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
    public void A_hook_that_fails_after_a_checkpoint_or_a_restore_only_causes_a_warning(string message)
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
