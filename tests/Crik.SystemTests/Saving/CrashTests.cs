using System.Text.Json.Nodes;

namespace Crik.SystemTests.Saving;

/// <summary>Tests processes that die at the worst moment, and what the next start does.</summary>
public sealed class CrashTests
{
    private static readonly string[] s_program = ["python3", "/programs/hold.py", "1"];

    [LabFact]
    [Happens("Hard eviction", "without a server")]
    public void A_pod_killed_before_its_dump_is_complete_is_restored_from_the_previous_checkpoint()
    {
        using ImageDirectory images = new();
        string[] program = ["python3", "/programs/hold.py", "300"];
        string[] options = ["--env", "STOP_AT=/checkpoint/.staging-2.2/images/pages-1.img"];
        int first = images.MakeCheckpoint(options, program);

        using (Pod evicted = Pod.WithCheckpoints(images, [.. options, "--env", "CRIK_CRIU_PATH=/programs/stopped-criu"], program))
        {
            evicted.AssertContinuesAfter(first);
            evicted.Kill();
            evicted.WaitForStoppedCriu();
            evicted.Kill("KILL");
            evicted.WaitForExit(137);
        }

        Assert.Equal([1], images.Generations);
        using Pod next = Pod.WithCheckpoints(images, options, program);
        next.AssertContinuesAfter(first);
        next.WaitForLine("crik info: restored generation=1"); // the program may write first
    }

    [LabTheory]
    [InlineData(0)]
    [InlineData(40)]
    [InlineData(120)]
    [InlineData(400)]
    public void A_pod_killed_during_a_dump_is_restored_from_the_previous_checkpoint(int milliseconds)
    {
        using ImageDirectory images = new();
        string[] program = ["python3", "/programs/hold.py", "200"];
        int first = images.MakeCheckpoint([], program);

        using (Pod pod = Pod.WithCheckpoints(images, [], program))
        {
            pod.WaitForCount(first + 3);
            pod.Kill();
            Thread.Sleep(milliseconds);
            pod.Kill("KILL");
            pod.WaitForExit();
        }

        using Pod next = Pod.WithCheckpoints(images, [], program);
        next.WaitForLine("crik info: restored");
        next.WaitForCount(first + 1);
        // The dump is either missing or complete.
        Assert.True(next.Counted()[0] == first + 1 || images.Generations.Contains(2), next.Said);
        Assert.Empty(images.Failed);
        next.End(143);
        Assert.Empty(Directory.EnumerateDirectories(images.Path, ".staging*"));
    }

    [LabFact]
    public void A_criu_that_is_killed_before_it_answers_is_started_again()
    {
        using ImageDirectory images = new();
        int last = images.MakeCheckpoint([], s_program);
        InsteadOfCriu(images, "[ -e /checkpoint/asked ] || { touch /checkpoint/asked; kill -9 $$; }; exec /usr/sbin/criu \"$@\"");

        using Pod next = Pod.WithCheckpoints(images, ["--env", "CRIK_CRIU_PATH=/checkpoint/criu"], s_program);
        next.AssertContinuesAfter(last);
        Assert.True(File.Exists(images.In("asked")), next.Said);
        next.End(143);
    }

    [LabFact]
    public void A_killed_criu_is_not_waited_for_when_its_child_holds_the_socket()
    {
        using ImageDirectory images = new();
        int last = images.MakeCheckpoint([], s_program);
        InsteadOfCriu(
            images,
            "if [ ! -e /checkpoint/killed ]; then touch /checkpoint/killed; sleep 1000 & kill -9 $$; fi\nexec /usr/sbin/criu \"$@\"");

        using Pod next = Pod.WithCheckpoints(images, ["--env", "CRIK_CRIU_PATH=/checkpoint/criu"], s_program);
        next.AssertContinuesAfter(last);
        Assert.True(File.Exists(images.In("killed")), next.Said);
        next.End(143);
    }

    [LabTheory]
    [Explains("criu ended, and the program ran on, before its checkpoint was committed", "before")]
    [Explains("criu ended badly after the checkpoint was committed; the checkpoint counts", "after")]
    public void A_program_never_runs_beside_its_checkpoint_when_criu_is_killed_around_the_commit(string said, string when)
    {
        using ImageDirectory images = new();
        int last;
        using (Pod pod = Pod.WithCheckpoints(images, ["--env", "CRIK_CRIU_PATH=/programs/mortal-criu"], s_program))
        {
            pod.WaitForCount(3);
            pod.Exec("touch", $"/tmp/{when}");
            pod.End(143);
            pod.AssertSaid(said);
            Assert.Equal(when == "before", pod.HasSaid("trying again"));
            last = pod.Counted()[^1];
        }

        using Pod next = Pod.WithCheckpoints(images, [], s_program);
        next.AssertContinuesAfter(last);
        next.End(143);
    }

    [LabTheory]
    [InlineData("attempt 1 of 2 to restore", "stuck")]
    [InlineData("attempt 1 of 2 to restore", "bound")]
    [Explains("the program is restored, but criu ended badly while it let the program run", "released")]
    public void A_program_runs_only_once_when_criu_is_killed_at_the_end_of_a_restore(string message, string when)
    {
        using ImageDirectory images = new();
        string[] program = Programs.Python("import os, time\nif os.fork() == 0: time.sleep(1000)\nn = 0\nwhile True: n += 1; print('count', n, flush=True); time.sleep(0.001)");
        int last = images.MakeCheckpoint([], program);
        File.WriteAllText(images.In(when), "");
        using Pod next = Pod.WithCheckpoints(images, ["--env", "CRIK_CRIU_PATH=/programs/mortal-criu"], program);
        next.WaitForCount(last + 20);
        next.End(143);

        Assert.True(File.Exists(images.In("killed")), next.Said);
        next.AssertSaid($"crik warning: {message}");
        Assert.True(when == "released" != next.Errors.Any(line => line.Contains("attempt 1", StringComparison.Ordinal)), next.Said);
        Assert.Equal(Enumerable.Range(last + 1, next.Counted().Length), next.Counted());
        Assert.Equal([1, 2], images.Generations);
    }

    [LabFact]
    public void A_criu_that_hangs_after_the_commit_only_causes_a_warning()
    {
        using ImageDirectory images = new();
        int last;
        using (Pod pod = Pod.WithCheckpoints(images, ["--env", "CRIK_CRIU_PATH=/programs/mortal-criu", "--env", "MISHAP=hang"], Programs.Counter))
        {
            pod.WaitForCount(3);
            pod.End(143);
            Assert.Contains(pod.Errors, line => line.StartsWith("crik warning: criu ended badly after the checkpoint was committed; the checkpoint counts", StringComparison.Ordinal));
            last = pod.Counted()[^1];
        }

        using Pod next = Pod.WithCheckpoints(images, ["--env", "CRIK_WHEN_PROGRAM_CHANGED=restore"], Programs.Counter); // MISHAP is gone
        next.AssertContinuesAfter(last);
    }

    [LabTheory]
    [Explains("a process of the program died when the attempt before failed")]
    public void A_program_that_lost_a_process_is_not_saved_over_the_previous_checkpoint(string message)
    {
        using ImageDirectory images = new();
        string[] program = Programs.Python("import os, time\nif os.fork() == 0: time.sleep(1000)\nn = 0\nwhile True: n += 1; print('count', n, flush=True); time.sleep(0.02)");
        images.MakeCheckpoint([], program);
        using (Pod pod = Pod.WithCheckpoints(images, ["--env", "CRIK_CRIU_PATH=/programs/mortal-criu"], program))
        {
            pod.WaitForLine("count ");
            pod.Exec("touch", "/tmp/harm");
            pod.End();
            pod.AssertSaid($"crik error: no checkpoint was made: …{message}");
        }

        Assert.Equal([1], images.Generations);
        Assert.Empty(images.Failed);
    }

    [LabFact]
    public void SIGTERM_while_criu_hangs_in_a_restore_ends_crik_and_keeps_the_checkpoint()
    {
        using ImageDirectory images = new();
        int last = images.MakeCheckpoint([], s_program);
        InsteadOfCriu(images, "exec sleep 1000");
        using (Pod pod = Pod.WithCheckpoints(images, ["--env", "CRIK_CRIU_PATH=/checkpoint/criu"], s_program))
        {
            pod.WaitForLine("crik info: restoring");
            pod.End(143);
            Assert.Empty(pod.Output);
        }

        Assert.Equal([1], images.Generations);
        using Pod next = Pod.WithCheckpoints(images, [], s_program);
        next.AssertContinuesAfter(last);
    }

    [LabFact]
    public void After_a_failed_dump_the_next_pod_restores_the_previous_checkpoint()
    {
        using ImageDirectory images = new();
        string[] program = ["python3", "/programs/hold.py", "30", "5"];
        int last = images.MakeCheckpoint([], program);

        using (Pod pod = Pod.WithCheckpoints(images, [], program))
        {
            // criu is removed before the dump.
            pod.WaitForCount(last + 3);
            pod.Exec("rm", "/usr/sbin/criu");
            int code = pod.End();
            Assert.True(code == 7, pod.Said);
            Assert.Contains("got TERM, memory whole", pod.Output);
        }

        Assert.Equal([1], images.Generations);
        using Pod next = Pod.WithCheckpoints(images, [], program);
        next.AssertContinuesAfter(last);
    }

    [LabFact]
    public void A_failed_dump_leaves_every_part_of_the_tree_running()
    {
        // The program ignores SIGTERM, so that the test can look at it after the failed dump.
        using ImageDirectory images = new();
        using Pod pod = Pod.WithCheckpoints(
            images, ["--env", "CRIK_GHOST_LIMIT=0", "--env", "CRIK_ADDITIONAL_PATHS=/data", "--tmpfs", "/data:4m"],
            "sh", "-c", "trap '' TERM; exec python3 /programs/tree.py");
        pod.WaitUntil(() => Rounds(pod).Length >= 2, "two rounds");
        pod.Kill();
        pod.WaitFor(line => line.Contains("no checkpoint was made", StringComparison.Ordinal), "no checkpoint was made");
        int before = Rounds(pod).Length;
        pod.WaitUntil(() => Rounds(pod).Length >= before + 4, "four more rounds");

        JsonNode[] rounds = [.. Rounds(pod).Select(line => JsonNode.Parse(line)!)];
        Assert.Equal(Enumerable.Range(1, rounds.Length), rounds.Select(round => (int)round["round"]!));
        foreach (string counter in new[] { "thread", "daemon", "ticks", "alarms" })
        {
            Assert.True((int)rounds[^1][counter]! > (int)rounds[^3][counter]!, $"{counter} does not increase\n{pod.Said}");
        }

        foreach (string part in new[] { "watch", "connected", "polled", "flock", "lockf" })
        {
            Assert.All(rounds, round => Assert.True((bool)round[part]!, $"{part}\n{pod.Said}"));
        }

        Assert.Empty(images.Generations);
        pod.WaitUntil(() => !Directory.EnumerateDirectories(images.Path, ".staging*").Any(), "the unfinished checkpoint is removed");
    }

    [LabFact]
    public void A_full_volume_does_not_prevent_a_restore()
    {
        using ImageDirectory images = new();
        string volume = images.In("volume");
        Directory.CreateDirectory(volume);
        Lab.Run("mount", "-t", "tmpfs", "-o", "size=40m", "crik-test", volume);
        try
        {
            int last;
            using (Pod pod = new(["--image-dir", volume], ["crik", "run", "--image-dir", "/checkpoint", "--", .. Programs.Counter]))
            {
                pod.WaitForCount(3);
                pod.End(143);
                last = pod.Counted()[^1];
            }

            Lab.Run("sh", "-c", $"cat /dev/zero >{volume}/filler 2>/dev/null || true");
            using Pod next = new(["--image-dir", volume], ["crik", "run", "--image-dir", "/checkpoint", "--", .. Programs.Counter]);
            next.WaitFor(line => line.StartsWith("count ", StringComparison.Ordinal), "a number");
            Assert.Equal(last + 1, next.Counted()[0]);
            next.Kill();
            next.WaitForExit(143);
            Assert.Contains(next.Errors, line => line.Contains("No space left on device", StringComparison.Ordinal) || line.Contains("MiB free", StringComparison.Ordinal));
        }
        finally
        {
            Lab.Run("umount", "-l", volume);
        }
    }

    [LabTheory]
    [Explains("does not fit: criu", "criuVersion")]
    [Explains("does not fit: kernel", "machine.kernelRelease")]
    [Explains("does not fit: architecture", "machine.architecture")]
    public void Each_difference_from_this_machine_is_one_line_and_the_checkpoint_is_kept(string message, string key)
    {
        using ImageDirectory images = new();
        images.MakeCheckpoint([], Programs.Counter, count: 1);

        JsonNode manifest = JsonNode.Parse(File.ReadAllText(images.Manifest(1)))!; // pretends that another machine made it
        string[] parts = key.Split('.');
        (parts.Length == 1 ? manifest : manifest[parts[0]]!)[parts[^1]] = parts[^1] switch
        {
            "criuVersion" => 990000,
            "kernelRelease" => "99.1.0",
            _ => "riscv64",
        };
        File.WriteAllText(images.Manifest(1), manifest.ToJsonString());
        using Pod next = Pod.WithCheckpoints(images, ["--env", "CRIK_WHEN_INCOMPATIBLE=fail"], Programs.Counter);

        next.WaitForExit(123);
        Assert.Single(next.Errors, line => line.StartsWith($"crik error: checkpoint 1 {message}", StringComparison.Ordinal));
        Assert.Empty(images.Failed);
    }

    private static string[] Rounds(Pod pod) => [.. pod.Output.Where(line => line.StartsWith('{'))];

    private static void InsteadOfCriu(ImageDirectory images, string script)
    {
        File.WriteAllText(images.In("criu"), $"#!/bin/sh\n{script}\n");
        File.SetUnixFileMode(images.In("criu"), UnixFileMode.UserRead | UnixFileMode.UserExecute);
    }
}
