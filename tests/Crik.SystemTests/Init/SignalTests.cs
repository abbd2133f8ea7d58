namespace Crik.SystemTests.Init;

/// <summary>Tests signals and exit codes around checkpoints and restores.</summary>
public sealed class SignalTests
{
    [LabFact]
    public void All_256_exit_codes_are_passed_on_with_an_image_directory()
    {
        using Pod pod = new(["--tmpfs", "/tmp:64m"], Programs.Shell( // in memory, because these are a thousand syncs, each of which may take a second on a busy disk
            "for i in $(seq 0 255); do crik run --image-dir /tmp/images -- sh -c \"exit $i\" 2>/dev/null; echo \"code $i $?\"; done"));

        pod.WaitForExit(0);

        Assert.Equal(Enumerable.Range(0, 256).Select(code => $"code {code} {code}"), pod.Output);
    }

    [LabTheory]
    [InlineData("exit 0", 0)]
    [InlineData("exit 255", 255)]
    [InlineData("kill -SEGV $$", 139)]
    [InlineData("kill -RTMAX $$", 192)]
    public void The_end_of_a_restored_program_is_passed_on(string end, int code)
    {
        using ImageDirectory images = new();
        string[] program = Programs.Shell($"trap '{end}' USR1; {Programs.Count}");
        images.MakeCheckpoint([], program, count: 8);

        using Pod restored = Pod.WithCheckpoints(images, [], program);
        restored.WaitForLine("crik info: restored");
        restored.Kill("USR1");

        restored.WaitForExit(code);
    }

    [LabFact]
    public void A_program_that_was_killed_is_restored_from_its_checkpoint()
    {
        using ImageDirectory images = new();
        string[] program = Programs.Shell($"echo \"self $$\"; {Programs.Count}");
        int last = images.MakeCheckpoint([], program, count: 8);
        using (Pod killed = Pod.WithCheckpoints(images, [], program))
        {
            killed.WaitForCount(last + 2);
            killed.Exec("sh", "-c", "kill -KILL $(cat /proc/1/task/*/children)");
            killed.WaitForExit(137);
        }

        using Pod pod = Pod.WithCheckpoints(images, [], program);
        pod.WaitForCount(1);

        Assert.Equal(last + 1, pod.Counted()[0]);
    }

    [LabFact]
    public void Orphans_of_a_restored_tree_are_reaped()
    {
        // The parents end before the checkpoint, and their children end after the restore.
        string[] program = Programs.Shell(
            "for i in $(seq 10); do (sh -c 'while [ ! -e /checkpoint/go ]; do sleep 0.1; done' & ); done; trap 'echo zombies $(grep -l ^State:.Z /proc/[0-9]*/status 2>/dev/null | wc -l)' USR1; "
            + Programs.Count);
        using ImageDirectory images = new();
        int last = images.MakeCheckpoint([], program, count: 8);
        using Pod pod = Pod.WithCheckpoints(images, [], program);
        pod.WaitForCount(last + 1);
        File.WriteAllText(images.In("go"), "");
        pod.Exec("timeout", "100", "sh", "-c", @"while pgrep -fx 'sh -c while \[ .*' >/dev/null; do sleep 0.1; done"); // zombies do not match, because they have no command line

        // A process that has just ended is a zombie for a moment. A process that nobody waits for stays one.
        for (int looks = 0; looks < 100 && !pod.Output.Contains("zombies 0"); looks++)
        {
            int before = Looks(pod);
            pod.Kill("USR1");
            pod.WaitUntil(() => Looks(pod) > before, "a look at the zombies");
        }

        Assert.Contains("zombies 0", pod.Output);

        static int Looks(Pod pod) => pod.Output.Count(line => line.StartsWith("zombies", StringComparison.Ordinal));
    }

    [LabFact]
    public void Checkpoints_work_when_crik_is_not_the_first_process()
    {
        // PID 1 is a shell, as in an image with an entry point script that does not use exec.
        string[] program = ["sh", "-c", $"trap : TERM; crik run --image-dir /checkpoint -- sh -c '{Programs.Count}' & crik=$!; trap 'kill -TERM $crik' TERM; while wait $crik; code=$?; kill -0 $crik 2>/dev/null; do :; done; echo code $code"];
        using ImageDirectory images = new();
        int last = 0;
        for (int i = 0; i < 3; i++)
        {
            using Pod pod = new(["--image-dir", images.Path], program);
            pod.WaitForCount(last + 3);
            pod.End();
            Assert.Contains("code 143", pod.Output);
            Assert.Equal(Enumerable.Range(last + 1, pod.Counted().Length), pod.Counted());
            last = pod.Counted()[^1];
        }
    }

    [LabFact]
    public void A_stopped_child_stays_stopped_through_a_checkpoint()
    {
        // The program stops its child before the checkpoint and continues it after the restore.
        string[] program = Programs.Shell(
            $"sh -c 'while :; do echo child; sleep 0.05; done' & child=$!; sleep 0.3; kill -STOP $child; trap 'kill -CONT $child' USR1; {Programs.Count}");
        using ImageDirectory images = new();
        int last = images.MakeCheckpoint([], program, count: 8);
        using Pod pod = Pod.WithCheckpoints(images, [], program);
        pod.WaitForCount(last + 5);
        Assert.DoesNotContain("child", pod.Output);

        pod.Kill("USR1");
        pod.WaitForLine("child");

        pod.End(143);
    }

    [LabFact]
    public void A_zombie_stays_until_its_parent_waits_for_it()
    {
        string[] program = Programs.Python(
            """
            import os, signal, time
            child = os.fork()
            if child == 0:
                os._exit(42)
            signal.signal(signal.SIGUSR1, lambda *_: os.write(1, b'child ended with %d\n' % os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])))
            n = 0
            while True:
                n += 1
                print('count', n, flush=True)
                time.sleep(0.05)
            """);
        using ImageDirectory images = new();
        int last = images.MakeCheckpoint([], program, count: 8);
        using Pod pod = Pod.WithCheckpoints(images, [], program);
        pod.WaitForCount(last + 1);
        pod.Kill("USR1");

        pod.WaitForLine("child ended with 42");
    }

    [LabFact]
    public void SIGTERM_at_any_moment_of_a_restore_loses_nothing()
    {
        // The signal arrives before, during or after the restore. In every case the numbers have no gap.
        using ImageDirectory images = new();
        List<int> counted = [];
        for (int i = 0; i < 12; i++)
        {
            using Pod pod = Pod.WithCheckpoints(images, [], Programs.Counter);
            if (i == 0)
            {
                pod.WaitForCount(3);
            }
            else
            {
                pod.WaitForLine("crik ");
                Thread.Sleep(i * 10);
            }

            pod.End(143);
            counted.AddRange(pod.Counted());
        }

        Assert.Equal(Enumerable.Range(1, counted.Count), counted);
        Assert.Empty(images.Failed);
    }

    [LabFact]
    public void Streams_that_are_closed_for_crik_are_closed_for_the_program()
    {
        using ImageDirectory images = new();
        foreach (string option in new[] { "", "--image-dir /checkpoint" })
        {
            using Pod pod = new(["--image-dir", images.Path], ["sh", "-c", $"exec crik run {option} -- python3 /programs/descriptors.py <&- >&-"]);
            pod.WaitForExit(0);
            Assert.Equal(["2"], pod.Errors.Where(line => line.Length > 0 && char.IsDigit(line[0])));
        }
    }

    [LabFact]
    public void Standard_input_and_standard_error_continue_in_the_next_pod()
    {
        string[] program = Programs.Shell("n=0; while read line; do n=$((n + 1)); echo \"$line $n\"; echo \"warning $n\" >&2; done");
        using ImageDirectory images = new();
        for (int i = 1; i <= 3; i++)
        {
            using Pod pod = Pod.WithCheckpoints(images, [], program);
            pod.Input.WriteLine("line");
            pod.WaitFor(line => line == $"line {i}", $"line {i}");
            pod.WaitFor(line => line == $"warning {i}", $"warning {i}");
            Assert.DoesNotContain($"warning {i}", pod.Output);
            Assert.DoesNotContain($"line {i}", pod.Errors);
            pod.End(143);
        }

        using Pod last = Pod.WithCheckpoints(images, [], program);
        last.WaitForLine("crik info: restored");
        last.Input.Close();
        last.WaitForExit(0);
    }

    [LabFact]
    public void SIGTERM_during_the_start_of_a_program_makes_a_checkpoint_or_ends_it()
    {
        for (int i = 0; i < 15; i++)
        {
            using ImageDirectory images = new();
            using (Pod pod = Pod.WithCheckpoints(images, [], "python3", "/programs/hold.py", "1"))
            {
                pod.WaitForLine("crik info: starting");
                Thread.Sleep(i * 6);
                int code = pod.End();
                // A program that has no handler yet ends with 143 by SIGTERM itself when no checkpoint could be made.
                Assert.True(code is 143 or 7, pod.Said);
                Assert.True(images.Generations.Length == 1 || pod.Counted().Length == 0, pod.Said);
            }

            using Pod next = Pod.WithCheckpoints(images, [], "python3", "/programs/hold.py", "1");
            next.WaitForCount(1);
            Assert.Empty(images.Failed);
        }
    }

    [LabFact]
    public void SIGTERM_at_the_end_of_a_program_gives_its_exit_code_or_its_checkpoint()
    {
        for (int i = 0; i < 15; i++)
        {
            using ImageDirectory images = new();
            using Pod pod = Pod.WithCheckpoints(images, [], "python3", "-c", $"import time; print('count 1', flush=True); time.sleep({0.02 + (i * 0.012)}); raise SystemExit(5)");
            pod.WaitForCount(1);
            int code = pod.End();

            Assert.True((code, images.Generations.Length) is (5, 0) or (143, 1), $"{code}\n{pod.Said}");
        }
    }
}
