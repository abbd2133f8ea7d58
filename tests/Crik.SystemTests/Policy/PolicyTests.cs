using System.Text.Json.Nodes;

namespace Crik.SystemTests.Policy;

/// <summary>Tests what each key of the configuration does.</summary>
public sealed class PolicyTests
{
    [LabFact]
    public void Keep_limits_the_number_of_checkpoints()
    {
        using ImageDirectory images = new();
        for (int pod = 0; pod < 4; pod++)
        {
            images.MakeCheckpoint(["--env", "CRIK_KEEP=3"], Programs.Counter, count: 1);
        }

        Assert.Equal([2, 3, 4], images.Generations);
    }

    [LabFact]
    public void CheckpointExitCode_is_the_exit_code_after_a_checkpoint()
    {
        using ImageDirectory images = new();
        using Pod pod = Pod.WithCheckpoints(images, ["--env", "CRIK_CHECKPOINT_EXIT_CODE=0"], Programs.Counter);
        pod.WaitForCount(2);

        pod.End(0);
    }

    [LabFact]
    public void A_configuration_file_with_lists_is_read_from_its_default_path()
    {
        using ImageDirectory images = new();
        File.WriteAllText(images.In("config.yaml"), "imageDir: /checkpoint\nadditionalPaths:\n- /data\ninotifyIncompatiblePaths:\n- /etc/localtime\n");
        using Pod pod = new(
            ["--image-dir", images.Path, "--mount", $"{images.In("config.yaml")}:/etc/crik/config.yaml:ro"], ["crik", "run", "--", .. Programs.Counter]);
        pod.WaitForCount(2);

        pod.End(143);
        Assert.Equal([1], images.Generations);
    }

    [LabTheory]
    [Explains("the configuration has N problems")]
    public void A_wrong_configuration_is_reported_before_the_program_starts(string message)
    {
        using Pod pod = new(["--env", "CRIK_KEEP=none", "--env", "CRIK_IMAGE_DIRR=/x"], ["crik", "run", "--", "echo", "ran"]);

        pod.WaitForExit(64);

        Assert.Empty(pod.Output);
        pod.AssertSaid($"crik error: {message}");
        Assert.Contains("CRIK_KEEP", pod.Said, StringComparison.Ordinal);
        Assert.Contains("CRIK_IMAGE_DIRR", pod.Said, StringComparison.Ordinal);
    }

    [LabTheory]
    [Happens("Crash", "without a server")]
    [InlineData("once", "fresh")]
    [InlineData("always", "crik info: restored generation=1")]
    public void RestoreMode_decides_what_happens_after_the_program_ended_by_itself(string mode, string expected)
    {
        using ImageDirectory images = new();
        string[] program = Programs.Shell("echo fresh; trap 'exit 3' USR1; " + Programs.Count);
        string[] options = ["--env", $"CRIK_RESTORE_MODE={mode}"];
        images.MakeCheckpoint(options, program, count: 2);

        using (Pod restored = Pod.WithCheckpoints(images, options, program))
        {
            restored.WaitForLine("crik info: restored");
            restored.Kill("USR1");
            restored.WaitForExit(3);
        }

        using Pod pod = Pod.WithCheckpoints(images, options, program);
        pod.WaitForLine(expected);
    }

    [LabTheory]
    [InlineData("restore", true)]
    [InlineData("startFresh", false)]
    public void WhenCrashed_decides_what_happens_after_a_run_that_was_killed(string policy, bool restores)
    {
        using ImageDirectory images = new();
        int last = images.MakeCheckpoint([], Programs.Counter, count: 1);
        string[] options = ["--env", $"CRIK_WHEN_CRASHED={policy}"];
        using (Pod killed = Pod.WithCheckpoints(images, options, Programs.Counter))
        {
            killed.WaitForCount(last + 3);
            killed.Kill("KILL");
            killed.WaitForExit(137);
        }

        using Pod pod = Pod.WithCheckpoints(images, options, Programs.Counter);
        pod.WaitForCount(1);
        Assert.Equal(restores ? last + 1 : 1, pod.Counted()[0]);
    }

    [LabFact]
    public void A_start_never_restores_a_checkpoint_from_before_a_fresh_start()
    {
        using ImageDirectory images = new();
        images.MakeCheckpoint([], Programs.Counter, count: 1);
        string[] options = ["--env", "CRIK_WHEN_CRASHED=startFresh"];
        for (int i = 0; i < 2; i++)
        {
            using Pod killed = Pod.WithCheckpoints(images, options, Programs.Counter);
            killed.WaitForCount(1);
            killed.Kill("KILL");
            killed.WaitForExit();
        }

        using Pod pod = Pod.WithCheckpoints(images, [], Programs.Counter);
        pod.WaitForCount(1);
        Assert.Equal(1, pod.Counted()[0]);
    }

    [LabTheory]
    [InlineData("none")]
    [InlineData("basic")]
    public void A_checkpoint_that_a_fresh_start_could_not_use_is_restored_by_the_next_pod_that_can(string level)
    {
        using ImageDirectory images = new();
        int last = images.MakeCheckpoint([], Programs.Counter);
        string manifest = File.ReadAllText(images.Manifest(1));
        if (level == "basic")
        {
            MakeUnfit(images);
        }

        string[] options = ["--level", level, "--env", "CRIK_WHEN_INCOMPATIBLE=startFresh", "--env", "CRIK_WHEN_RESTORE_FAILS=startFresh"];
        using (Pod fresh = Pod.WithCheckpoints(images, options, Programs.Counter))
        {
            fresh.WaitForCount(2);
            Assert.Equal(1, fresh.Counted()[0]);
            fresh.Kill("KILL");
            fresh.WaitForExit();
        }

        File.WriteAllText(images.Manifest(1), manifest);
        using Pod next = Pod.WithCheckpoints(images, [], Programs.Counter);
        next.WaitForLine("crik info: restored generation=1");
        next.AssertContinuesAfter(last);
    }

    [LabTheory]
    [Explains("checkpoint N cannot be restored and was set aside: …", "startFresh", 143)]
    [Explains("checkpoint N cannot be restored and was set aside: …", "fail", 123)]
    public void WhenRestoreFails_decides_after_the_last_attempt(string message, string policy, int code)
    {
        using ImageDirectory images = new();
        string work = images.In("volume");
        Directory.CreateDirectory(work);
        string[] program = Programs.Shell("echo x >/work/file; exec 5<>/work/file; " + Programs.Count);
        string[] options = ["--mount", $"{work}:/work", "--env", $"CRIK_WHEN_RESTORE_FAILS={policy}", "--env", "CRIK_RESTORE_ATTEMPTS=3"];
        images.MakeCheckpoint(options, program);

        // criu refuses a file whose size has changed.
        File.AppendAllText(Path.Combine(work, "file"), "longer");
        using Pod pod = Pod.WithCheckpoints(images, options, program);
        if (policy == "startFresh")
        {
            pod.WaitForCount(1);
            pod.Kill();
        }

        pod.WaitForExit(code);
        Assert.Equal([1], images.Failed);
        Assert.True(File.Exists(images.In("failed", "1", "restore.log")));
        Assert.Equal(2, pod.Errors.Count(line => line.StartsWith("crik warning: attempt", StringComparison.Ordinal) && line.Contains("to restore checkpoint 1", StringComparison.Ordinal)));
        pod.AssertSaid($"crik error: {message}additionalPaths");
    }

    [LabTheory]
    [Explains("checkpoint N belongs to another program", "startFresh", "count 1", 143)]
    [Explains("checkpoint N belongs to another program", "restore", "crik info: restored", 143)]
    [Explains("checkpoint N belongs to another program", "fail", "crik error", 123)]
    public void WhenProgramChanged_decides_about_a_new_command(string message, string policy, string expected, int code)
    {
        using ImageDirectory images = new();
        images.MakeCheckpoint([], Programs.Counter, count: 5);

        using Pod pod = Pod.WithCheckpoints(images, ["--env", $"CRIK_WHEN_PROGRAM_CHANGED={policy}"], Programs.Shell("true; " + Programs.Count));

        pod.WaitForLine(expected);
        if (code == 143)
        {
            pod.Kill();
        }

        pod.WaitForExit(code);
        pod.WaitForSaid(message);
        Assert.True(File.Exists(images.Manifest(1)));
    }

    [LabFact]
    [Happens("Roll-out", "without a server")]
    public void A_roll_out_begins_afresh_and_going_back_restores_the_old_program_only_when_somebody_chooses_it()
    {
        using ImageDirectory images = new();
        string[] old = ["--env", "CRIK_PROGRAM_VERSION=app:1", "--env", "POD_NAME=web-1"];
        int last = images.MakeCheckpoint(old, Programs.Counter);
        using (Pod moved = Pod.WithCheckpoints(images, ["--env", "CRIK_PROGRAM_VERSION=app:1", "--env", "POD_NAME=web-2"], Programs.Counter))
        {
            moved.AssertContinuesAfter(last);
            moved.End(143);
            last = moved.Counted()[^1];
        }

        using (Pod rolledOut = Pod.WithCheckpoints(images, ["--env", "CRIK_PROGRAM_VERSION=app:2"], Programs.Counter))
        {
            rolledOut.WaitForCount(1);
            Assert.Equal(1, rolledOut.Counted()[0]);
            rolledOut.AssertSaid("variable CRIK_PROGRAM_VERSION");
            rolledOut.End(143);
        }

        Assert.Contains(2, images.Generations);
        Lab.Run(Lab.Binary, "rollback", "2", "--image-dir", images.Path);
        using Pod chosen = Pod.WithCheckpoints(images, ["--env", "CRIK_PROGRAM_VERSION=app:3"], Programs.Counter);
        chosen.AssertContinuesAfter(last);
        chosen.End(143);
    }

    [LabTheory]
    [Explains("checkpoint N is older than maxAge allows")]
    public void A_checkpoint_that_is_older_than_maxAge_stays_and_the_program_begins_afresh(string message)
    {
        using ImageDirectory images = new();
        images.MakeCheckpoint([], Programs.Counter, count: 5);

        using Pod pod = Pod.WithCheckpoints(images, ["--env", "CRIK_MAX_AGE=1ms"], Programs.Counter);

        pod.WaitForLine("count 1");
        pod.AssertSaid($"crik warning: {message}");
        Assert.Equal([1], images.Generations);
        pod.End(143);
    }

    [LabTheory]
    [Explains("…, which the program had open for writing at the checkpoint, … since", "was written to", "warn", "crik info: restored", 143)]
    [Explains("…, which the program had open for writing at the checkpoint, … since", "was written to", "startFresh", "count 1", 143)]
    [Explains("…, which the program had open for writing at the checkpoint, … since", "was written to", "fail", "crik error", 123)]
    [Explains("…, which the program had open for writing at the checkpoint, … since", "was replaced by another file", "fail", "crik error", 123)]
    public void WhenVolumeFilesChanged_decides_about_a_file_that_changed_at_equal_size(string message, string change, string policy, string expected, int code)
    {
        using ImageDirectory images = new();
        string work = images.In("volume");
        Directory.CreateDirectory(work);
        string[] program = Programs.Shell("[ -e /work/file ] || echo before >/work/file; exec 5<>/work/file; " + Programs.Count);
        string[] options = ["--mount", $"{work}:/work", "--env", $"CRIK_WHEN_VOLUME_FILES_CHANGED={policy}"];
        images.MakeCheckpoint(options, program);

        string file = Path.Combine(work, "file");
        if (change == "was replaced by another file")
        {
            File.Move(file, $"{file}.old"); // it stays, so that the new file cannot get its inode
        }

        File.WriteAllText(file, "beyond\n");
        using Pod pod = Pod.WithCheckpoints(images, options, program);
        pod.WaitForLine(expected);
        if (code == 143)
        {
            pod.Kill();
        }

        pod.WaitForExit(code);
        pod.AssertSaid($"crik warning: {message.Replace("… since", $"{change} since", StringComparison.Ordinal)}");
        Assert.Empty(images.Failed);
    }

    [LabTheory]
    [Explains("does not fit: CPU", "startFresh", "count 1", 143)]
    [Explains("does not fit: CPU", "tryAnyway", "crik info: restored", 143)]
    [Explains("does not fit: CPU", "fail", "crik error", 123)]
    public void WhenIncompatible_decides_on_a_machine_that_does_not_fit(string message, string policy, string expected, int code)
    {
        using ImageDirectory images = new();
        images.MakeCheckpoint([], Programs.Counter, count: 1);
        MakeUnfit(images);

        using Pod pod = Pod.WithCheckpoints(images, ["--env", $"CRIK_WHEN_INCOMPATIBLE={policy}"], Programs.Counter);
        pod.WaitForLine(expected);
        pod.Kill();

        pod.WaitForExit(code);
        pod.AssertSaid($"crik error: checkpoint 1 {message}…avx512_4fmaps");
        Assert.Empty(images.Failed);
    }

    [LabTheory]
    [InlineData("1s", "2500", "1")]
    [InlineData("1s", "10", "150")]
    public void A_dump_that_exceeds_the_grace_period_is_given_up_and_the_program_is_unharmed(string grace, string mib, string processes)
    {
        using ImageDirectory images = new();
        using Pod pod = Pod.WithCheckpoints(images, ["--env", $"CRIK_GRACE_PERIOD={grace}"], "python3", "/programs/hold.py", mib, processes);
        pod.WaitForCount(2);

        pod.End(7);

        Assert.Contains("got TERM, memory whole", pod.Output);
        Assert.Contains(pod.Errors, line => line.Contains("grace period", StringComparison.Ordinal));
        Assert.Empty(images.Generations);
        Assert.Empty(Directory.EnumerateDirectories(images.Path, ".staging*"));
    }

    [LabFact]
    public void Repeated_SIGTERM_makes_one_checkpoint()
    {
        using ImageDirectory images = new();
        using Pod pod = Pod.WithCheckpoints(images, [], "python3", "/programs/hold.py", "300");
        pod.WaitForCount(2);
        for (int i = 0; i < 5; i++)
        {
            pod.Kill();
        }

        pod.WaitForExit(143);
        Assert.Equal([1], images.Generations);
    }

    [LabTheory]
    [InlineData("1Mi", 7)]
    [InlineData("8Mi", 143)]
    public void GhostLimit_limits_the_size_of_deleted_files_that_are_open(string limit, int code)
    {
        string[] program = Programs.Python(
            """
            import os, signal, sys, time
            ghost = open('/tmp/ghost', 'wb+')
            ghost.write(b'x' * 4000000)
            ghost.flush()
            os.unlink('/tmp/ghost')
            signal.signal(signal.SIGTERM, lambda *_: sys.exit(7))
            n = 0
            while True:
                n += 1
                print('count', n, flush=True)
                time.sleep(0.05)
            """);
        using ImageDirectory images = new();
        using Pod pod = Pod.WithCheckpoints(images, ["--env", $"CRIK_GHOST_LIMIT={limit}"], program);
        pod.WaitForCount(2);

        pod.End(code);
        Assert.Equal(code == 7, pod.Errors.Any(line => line.Contains("ghostLimit", StringComparison.Ordinal)));
    }

    [LabFact]
    public void Additional_paths_are_restored_as_they_were()
    {
        const string Make = "mkdir -p /data/locked; echo secret >/data/locked/file; chmod 640 /data/locked/file; chown 12:34 /data/locked/file; chmod 000 /data/locked; "
            + "ln -s /nowhere /data/link; truncate -s 1G /data/sparse; mkfifo /data/fifo; echo one >/single; ";
        const string Look = "stat -c '%n %a %u:%g %F' /data/* /data/locked/file; readlink /data/link; du -k /data/sparse | cut -f1; cat /data/locked/file /single";
        string[] program = Programs.Shell($"{Make} trap '{Look.Replace("'%n", "\"%n", StringComparison.Ordinal).Replace("%F'", "%F\"", StringComparison.Ordinal)}' USR1; " + Programs.Count);
        using ImageDirectory images = new();
        string[] options = ["--env", "CRIK_ADDITIONAL_PATHS=/data:/single"];
        string[] before;
        using (Pod first = Pod.WithCheckpoints(images, options, program))
        {
            first.WaitForCount(2);
            first.Kill("USR1");
            first.WaitForLine("one");
            first.End(143);
            before = [.. first.Output.Where(line => !line.StartsWith("count", StringComparison.Ordinal))];
        }

        using Pod pod = Pod.WithCheckpoints(images, options, program);
        pod.WaitForLine("crik info: restored");
        pod.Kill("USR1");
        pod.WaitForLine("one");
        pod.End(143);
        Assert.Equal(before, pod.Output.Where(line => !line.StartsWith("count", StringComparison.Ordinal)));
        Assert.Contains("secret", before);
    }

    [LabFact]
    public void Watched_files_and_their_inotify_watches_are_restored()
    {
        string[] program = Programs.Python(
            """
            import ctypes, os, struct, time
            libc = ctypes.CDLL(None)
            inotify = libc.inotify_init()
            os.makedirs('/etc/watched', exist_ok=True)
            open('/etc/watched/file', 'w').close()
            assert libc.inotify_add_watch(inotify, b'/etc/watched/file', 0xfff) == 1
            n = 0
            while True:
                n += 1
                with open('/etc/watched/file', 'a') as file:
                    file.write('x')
                events = os.read(inotify, 4096)
                assert struct.unpack_from('i', events)[0] == 1
                print('count', n, flush=True)
                time.sleep(0.05)
            """);
        using ImageDirectory images = new();
        string[] options = ["--env", "CRIK_INOTIFY_INCOMPATIBLE_PATHS=/etc/watched", "--env", "CRIK_ADDITIONAL_PATHS=/etc/watched"];
        images.RunGenerations(3, options, program);
    }

    [LabFact]
    public void An_inotify_watch_is_set_again_when_the_dump_fails()
    {
        string[] program = Programs.Python(
            """
            import ctypes, os, signal, struct, sys, time
            libc = ctypes.CDLL(None)
            inotify = libc.inotify_init()
            os.makedirs('/tmp/watched')
            assert libc.inotify_add_watch(inotify, b'/tmp/watched', 0x100) == 1
            ghost = open('/tmp/ghost', 'wb+')
            ghost.write(b'x' * 4000000)
            ghost.flush()
            os.unlink('/tmp/ghost')
            def term(*_):
                open('/tmp/watched/new', 'w').close()
                time.sleep(0.1)
                events = os.read(inotify, 4096)
                os.write(1, f"events {len(events)} {struct.unpack_from('iI', events)}\n".encode()) # print may be at work in what the signal interrupts
                sys.exit(7)
            signal.signal(signal.SIGTERM, term)
            print('count 1', flush=True)
            while True:
                time.sleep(1)
            """);
        using ImageDirectory images = new();
        using Pod pod = Pod.WithCheckpoints(images, ["--env", "CRIK_GHOST_LIMIT=1Mi"], program);
        pod.WaitForCount(1);

        pod.End(7);

        Assert.Contains("events 32 (1, 256)", pod.Output);
    }

    /// <summary>Makes checkpoint 1 need a feature that only one kind of processor ever had.</summary>
    private static void MakeUnfit(ImageDirectory images)
    {
        JsonNode manifest = JsonNode.Parse(File.ReadAllText(images.Manifest(1)))!;
        manifest["machine"]!["cpuFeatures"]!.AsArray().Add("avx512_4fmaps");
        File.WriteAllText(images.Manifest(1), manifest.ToJsonString());
    }
}
