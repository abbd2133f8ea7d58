using System.Text.Json.Nodes;

namespace Crik.SystemTests;

/// <summary>Ends at the worst moment, and what the next start makes of them.</summary>
public sealed class CrashTests
{
    private static readonly string[] s_program = ["python3", "/programs/hold.py", "1"];

    [LabTheory]
    [InlineData(0)]
    [InlineData(40)]
    [InlineData(120)]
    [InlineData(400)]
    public void A_pod_that_dies_in_a_dump_goes_back_to_the_checkpoint_before(int milliseconds)
    {
        using ImageDirectory images = new();
        string[] program = ["python3", "/programs/hold.py", "200"];
        int first;
        using (Pod pod = Pod.WithCheckpoints(images, [], program))
        {
            pod.WaitForCount(3);
            pod.End(143);
            first = pod.Counted()[^1];
        }

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
        // Either the dump was not done, or it was, and then nothing of it is missing.
        Assert.True(next.Counted()[0] == first + 1 || images.Generations.Contains(2), next.Said);
        Assert.Empty(images.Failed);
        next.End(143);
        Assert.Empty(Directory.EnumerateDirectories(images.Path, ".staging*"));
    }

    [LabFact]
    public void A_criu_that_is_killed_before_it_answers_is_asked_again()
    {
        using ImageDirectory images = new();
        int last = WithACheckpoint(images);
        InsteadOfCriu(images, "[ -e /checkpoint/asked ] || { touch /checkpoint/asked; kill -9 $$; }; exec /usr/sbin/criu \"$@\"");

        using Pod next = Pod.WithCheckpoints(images, ["--env", "CRIK_CRIU_PATH=/checkpoint/criu"], s_program);
        next.WaitForCount(last + 1);

        Assert.Equal(last + 1, next.Counted()[0]);
        Assert.True(File.Exists(images.In("asked")), next.Said);
        next.End(143);
    }

    [LabFact]
    public void A_criu_that_is_killed_while_what_it_started_holds_its_socket_is_not_waited_for()
    {
        using ImageDirectory images = new();
        int last = WithACheckpoint(images);
        InsteadOfCriu(
            images,
            "if [ ! -e /checkpoint/killed ]; then touch /checkpoint/killed; sleep 1000 & kill -9 $$; fi\nexec /usr/sbin/criu \"$@\"");

        using Pod next = Pod.WithCheckpoints(images, ["--env", "CRIK_CRIU_PATH=/checkpoint/criu"], s_program);
        next.WaitForCount(last + 1);

        Assert.Equal(last + 1, next.Counted()[0]);
        Assert.True(File.Exists(images.In("killed")), next.Said);
        next.End(143);
    }

    [LabTheory]
    [Explains("criu was gone, and the program ran on, before its checkpoint was committed", "before")]
    [InlineData("criu ended badly after the checkpoint was committed; it counts", "after")]
    public void A_program_whose_criu_is_killed_around_the_commit_does_not_run_on_beside_its_checkpoint(string said, string when)
    {
        using ImageDirectory images = new();
        int last;
        using (Pod pod = Pod.WithCheckpoints(images, ["--env", "CRIK_CRIU_PATH=/programs/mortal-criu"], s_program))
        {
            pod.WaitForCount(3);
            pod.Exec("touch", $"/tmp/{when}");
            pod.End(143);
            pod.AssertSaid(said);
            Assert.Equal(when == "before", pod.HasSaid("trying once more"));
            last = pod.Counted()[^1];
        }

        using Pod next = Pod.WithCheckpoints(images, [], s_program);
        next.WaitForCount(last + 1);
        Assert.Equal(last + 1, next.Counted()[0]);
        next.End(143);
    }

    [LabTheory]
    [InlineData("stuck", "attempt 1 of 2 to restore")]
    [InlineData("bound", "attempt 1 of 2 to restore")]
    [InlineData("released", "criu ended badly")]
    public void A_program_whose_criu_is_killed_at_the_end_of_a_restore_goes_on_once(string when, string word)
    {
        using ImageDirectory images = new();
        string[] program = Programs.Python("import os, time\nif os.fork() == 0: time.sleep(1000)\nn = 0\nwhile True: n += 1; print('count', n, flush=True); time.sleep(0.001)");
        int last = WithACheckpoint(images, program);
        File.WriteAllText(images.In(when), "");
        using Pod next = Pod.WithCheckpoints(images, ["--env", "CRIK_CRIU_PATH=/programs/mortal-criu"], program);
        next.WaitForCount(last + 20);
        next.End(143);

        Assert.True(File.Exists(images.In("killed")), next.Said);
        Assert.True(next.Errors.Any(line => line.Contains(word, StringComparison.Ordinal)), next.Said);
        Assert.True(when == "released" != next.Errors.Any(line => line.Contains("attempt 1", StringComparison.Ordinal)), next.Said);
        Assert.Equal(Enumerable.Range(last + 1, next.Counted().Length), next.Counted());
        Assert.Equal([1, 2], images.Generations);
    }

    [LabFact]
    public void A_criu_that_hangs_after_the_commit_is_said_and_changes_nothing()
    {
        using ImageDirectory images = new();
        int last;
        using (Pod pod = Pod.WithCheckpoints(images, ["--env", "CRIK_CRIU_PATH=/programs/mortal-criu", "--env", "MISHAP=hang"], Programs.Counter))
        {
            pod.WaitForCount(3);
            pod.End(143);
            Assert.Contains(pod.Errors, line => line.StartsWith("crik warning: criu ended badly after the checkpoint was committed; it counts", StringComparison.Ordinal));
            last = pod.Counted()[^1];
        }

        using Pod next = Pod.WithCheckpoints(images, [], Programs.Counter);
        next.WaitForCount(last + 1);
        Assert.Equal(last + 1, next.Counted()[0]);
    }

    [LabTheory]
    [Explains("a process of the program died when the attempt before failed")]
    public void A_program_that_lost_a_process_with_a_killed_criu_does_not_take_the_place_of_the_checkpoint_before(string message)
    {
        using ImageDirectory images = new();
        string[] program = Programs.Python("import os, time\nif os.fork() == 0: time.sleep(1000)\nn = 0\nwhile True: n += 1; print('count', n, flush=True); time.sleep(0.02)");
        WithACheckpoint(images, program);
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
    public void SIGTERM_while_criu_does_not_answer_ends_crik_and_leaves_the_checkpoint_as_it_was()
    {
        using ImageDirectory images = new();
        int last = WithACheckpoint(images);
        InsteadOfCriu(images, "exec sleep 1000");
        using (Pod pod = Pod.WithCheckpoints(images, ["--env", "CRIK_CRIU_PATH=/checkpoint/criu"], s_program))
        {
            pod.WaitForLine("crik info: restoring");
            pod.End(143);
            Assert.Empty(pod.Output);
        }

        Assert.Equal([1], images.Generations);
        using Pod next = Pod.WithCheckpoints(images, [], s_program);
        next.WaitForCount(last + 1);
        Assert.Equal(last + 1, next.Counted()[0]);
    }

    [LabFact]
    public void A_run_whose_dump_failed_goes_back_to_the_checkpoint_before()
    {
        using ImageDirectory images = new();
        string[] program = ["python3", "/programs/hold.py", "30", "5"];
        int last;
        using (Pod pod = Pod.WithCheckpoints(images, [], program))
        {
            pod.WaitForCount(3);
            pod.End(143);
            last = pod.Counted()[^1];
        }

        using (Pod pod = Pod.WithCheckpoints(images, [], program))
        {
            // criu is gone when it is wanted.
            pod.WaitForCount(last + 3);
            pod.Exec("rm", "/usr/sbin/criu");
            int code = pod.End();
            Assert.True(code == 7, pod.Said);
            Assert.Contains("got TERM, memory whole", pod.Output);
        }

        Assert.Equal([1], images.Generations);
        using Pod next = Pod.WithCheckpoints(images, [], program);
        next.WaitForCount(last + 1);
        Assert.Equal(last + 1, next.Counted()[0]);
    }

    [LabFact]
    public void A_tree_whose_dump_failed_is_whole_and_every_part_goes_on()
    {
        // It ignores SIGTERM, so what the failed dump left of it can be looked at.
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
            Assert.True((int)rounds[^1][counter]! > (int)rounds[^3][counter]!, $"{counter} stands still\n{pod.Said}");
        }

        foreach (string part in new[] { "watch", "connected", "polled", "flock", "lockf" })
        {
            Assert.All(rounds, round => Assert.True((bool)round[part]!, $"{part}\n{pod.Said}"));
        }

        Assert.Empty(images.Generations);
        pod.WaitUntil(() => !Directory.EnumerateDirectories(images.Path, ".staging*").Any(), "nothing is left of it");
    }

    [LabFact]
    public void A_volume_that_is_full_at_the_start_does_not_stop_a_restore()
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

    [LabFact]
    public void A_holder_that_was_killed_holds_nothing()
    {
        using ImageDirectory images = new();
        using (Pod holder = Pod.WithCheckpoints(images, [], Programs.Counter))
        {
            holder.WaitForCount(1);
            holder.Kill("KILL");
            holder.WaitForExit();
        }

        using Pod next = Pod.WithCheckpoints(images, ["--env", "CRIK_LOCK_TIMEOUT=0s"], Programs.Counter);
        next.WaitForCount(1);
        next.End(143);
    }

    [LabTheory]
    [Explains("… is in use by crik of …: one image directory serves one pod at a time")]
    public void LockTimeout_of_zero_does_not_wait(string message)
    {
        using ImageDirectory images = new();
        using Pod holder = Pod.WithCheckpoints(images, [], Programs.Counter);
        holder.WaitForCount(1);
        using Pod other = Pod.WithCheckpoints(images, ["--env", "CRIK_LOCK_TIMEOUT=0s"], Programs.Counter);

        other.WaitForExit(124);

        other.AssertSaid($"crik error: {message.Replace("crik of …", $"crik of {holder.Name}…", StringComparison.Ordinal)}");
    }

    [LabTheory]
    [Explains("does not fit: criu", "criuVersion")]
    [Explains("does not fit: kernel", "machine.kernelRelease")]
    [Explains("does not fit: architecture", "machine.architecture")]
    public void What_does_not_fit_this_machine_is_one_line_each_and_the_checkpoint_is_kept(string message, string key)
    {
        using ImageDirectory images = new();
        using (Pod pod = Pod.WithCheckpoints(images, [], Programs.Counter))
        {
            pod.WaitForCount(1);
            pod.End(143);
        }

        JsonNode manifest = JsonNode.Parse(File.ReadAllText(images.Manifest(1)))!; // the machine it was made on is faked, there being one only
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

    [LabTheory]
    [InlineData("{}")]
    [InlineData("not JSON")]
    [InlineData("{\"runId\": \"x\", \"startedAt\": \"2020-01-01T00:00:00Z\", \"hostName\": \"../..\", \"historyUpTo\": -5, \"restoredFrom\": 2147483647}")]
    public void A_run_record_that_is_no_good_stops_nothing(string record)
    {
        using ImageDirectory images = new();
        using (Pod pod = Pod.WithCheckpoints(images, [], Programs.Counter))
        {
            pod.WaitForCount(1);
            pod.End(143);
        }

        File.WriteAllText(images.In("run.json"), record);
        using Pod next = Pod.WithCheckpoints(images, [], Programs.Counter);
        next.WaitForCount(1);

        next.End(143);
    }

    [LabTheory]
    [InlineData("failed")]
    [InlineData("checkpoints")]
    [InlineData("run.json")]
    [InlineData("lock")]
    public void A_link_in_the_image_directory_leads_nowhere(string name)
    {
        using ImageDirectory images = new();
        Directory.CreateDirectory(images.In("outside"));
        File.WriteAllText(images.In("outside", "file"), "untouched");
        string target = name is "run.json" or "lock" ? "/outside/file" : "/outside";
        File.CreateSymbolicLink(images.In(name), target);

        using Pod pod = Pod.WithCheckpoints(images, ["--mount", $"{images.In("outside")}:/outside"], Programs.Counter);
        pod.WaitFor(line => line == "count 2" || line.StartsWith("crik error", StringComparison.Ordinal), "a word");
        pod.Kill();
        pod.WaitForExit();

        Assert.Equal("untouched", File.ReadAllText(images.In("outside", "file")));
        Assert.Equal(["file"], Directory.EnumerateFileSystemEntries(images.In("outside")).Select(Path.GetFileName));
    }

    [LabTheory]
    [InlineData("run.json.new", "count 2")]
    [InlineData("lock", "crik error: imageDir /checkpoint cannot be used: /checkpoint/lock is no plain file")]
    public void A_FIFO_in_the_image_directory_is_not_waited_for(string name, string said)
    {
        using ImageDirectory images = new();
        Lab.Run("mkfifo", images.In(name));

        using Pod pod = Pod.WithCheckpoints(images, [], Programs.Counter);
        pod.WaitFor(line => line.StartsWith(said, StringComparison.Ordinal), said);

        pod.Kill();
        pod.WaitForExit();
    }

    [LabFact]
    public void A_generation_that_is_a_link_is_neither_restored_nor_written_into()
    {
        using ImageDirectory images = new();
        int last = WithACheckpoint(images);
        Directory.CreateDirectory(images.In("outside"));
        File.CreateSymbolicLink(images.In("checkpoints", "2"), "/outside");

        using Pod next = Pod.WithCheckpoints(images, ["--mount", $"{images.In("outside")}:/outside"], s_program);
        next.WaitForCount(last + 1);
        next.End(143);

        Assert.Equal(last + 1, next.Counted()[0]);
        Assert.Empty(Directory.EnumerateFileSystemEntries(images.In("outside")));
        Assert.Empty(images.Failed);
        Assert.True(Directory.Exists(images.In("checkpoints", "3")), next.Said);
    }

    private static string[] Rounds(Pod pod) => [.. pod.Output.Where(line => line.StartsWith('{'))];

    /// <returns>What it counted last.</returns>
    private static int WithACheckpoint(ImageDirectory images, string[]? program = null)
    {
        using Pod pod = Pod.WithCheckpoints(images, [], program ?? s_program);
        pod.WaitForCount(3);
        pod.End(143);
        return pod.Counted()[^1];
    }

    private static void InsteadOfCriu(ImageDirectory images, string script)
    {
        File.WriteAllText(images.In("criu"), $"#!/bin/sh\n{script}\n");
        File.SetUnixFileMode(images.In("criu"), UnixFileMode.UserRead | UnixFileMode.UserExecute);
    }
}
