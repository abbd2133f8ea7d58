using System.Text.Json.Nodes;

namespace Crik.SystemTests.Restoring;

/// <summary>Causes the messages of a restore that fails.</summary>
public sealed class RestoreMessageTests
{
    private static readonly string[] s_counter = ["python3", "/programs/wall.py"];

    [LabTheory]
    [Explains("a file the program has open changed since the checkpoint", "grows")]
    [Explains("a file the program had open is not here", "is gone")]
    public void A_failed_restore_names_a_changed_or_missing_file_on_a_volume(string message, string what)
    {
        using ImageDirectory images = new();
        string volume = images.In("volume");
        Directory.CreateDirectory(volume);
        string[] options = ["--mount", $"{volume}:/volume", "--env", "CRIK_WHEN_INCOMPATIBLE=tryAnyway"];
        string[] program = [.. s_counter, "file_on_a_volume"];
        images.MakeCheckpoint(options, program, count: 1);
        if (what == "grows")
        {
            File.AppendAllText(Path.Combine(volume, "file"), "more");
        }
        else
        {
            File.Delete(Path.Combine(volume, "file"));
        }

        IsNotRestored(Pod.WithCheckpoints(images, [.. options, "--env", "CRIK_WHEN_RESTORE_FAILS=fail"], program), message);
        Assert.Equal([1], images.Failed);
    }

    [LabTheory]
    [Explains("a file the program watches is not here any more", true)]
    [Explains("an inotify watch could not be added again", false)]
    public void A_restore_names_a_watched_file_that_is_gone(string message, bool wasMoved)
    {
        using ImageDirectory images = new();
        using ImageDirectory volume = new();
        Directory.CreateDirectory(volume.In("volume"));
        string[] options = ["--level", "privileged", "--mount", $"{volume.In("volume")}:/volume"];
        string[] program = [.. s_counter, "watch_on_a_volume"];
        using (Pod first = Pod.WithCheckpoints(images, options, program))
        {
            first.WaitForCount(1);
            if (wasMoved)
            {
                File.Move(volume.In("volume", "file"), volume.In("file")); // so that criu saves the watch by the handle of the file
            }

            first.End(143);
        }

        File.Delete(wasMoved ? volume.In("file") : volume.In("volume", "file"));
        Pod next = Pod.WithCheckpoints(images, [.. options, "--env", "CRIK_WHEN_RESTORE_FAILS=fail"], program);
        if (wasMoved)
        {
            IsNotRestored(next, message);
            return;
        }

        using (next)
        {
            next.WaitForLine("crik info: restored");
            next.AssertSaid($"crik warning: {message}");
            next.End(143);
        }
    }

    [LabTheory]
    [Explains("restored processes are not as they were saved")]
    public void A_restored_program_runs_on_other_CPUs_if_none_of_its_own_is_here(string message)
    {
        using ImageDirectory images = new();
        string[] program = Programs.Python($"import os; os.sched_setaffinity(0, {{0}}); os.execvp('sh', ['sh', '-c', '{Programs.Count}'])");
        images.MakeCheckpoint([], program);
        string manifest = File.ReadAllText(images.Manifest(1));
        Assert.Contains("CPU affinity=01", manifest, StringComparison.Ordinal);
        File.WriteAllText(images.Manifest(1), manifest.Replace("CPU affinity=01", $"CPU affinity=01{new string('0', 500)}", StringComparison.Ordinal)); // CPU 2000

        using Pod pod = Pod.WithCheckpoints(images, [], program);
        pod.WaitForLine("crik info: restored");
        pod.AssertSaid($"crik warning: {message}");
        pod.End(143);
    }

    [LabTheory]
    [Explains("criu was ended by SIGKILL", "memory")]
    [Explains("criu was ended by …, which crik did not send", "fault")]
    public void A_failed_restore_says_that_criu_was_killed_in_every_attempt(string message, string mishap)
    {
        using ImageDirectory images = new();
        images.MakeCheckpoint([], s_counter, count: 1);

        Pod pod = Pod.WithCheckpoints(images, ["--env", "CRIK_CRIU_PATH=/programs/mortal-criu", "--env", $"MISHAP={mishap}", "--env", "CRIK_WHEN_RESTORE_FAILS=fail", "--env", "CRIK_WHEN_PROGRAM_CHANGED=restore"], s_counter);
        if (mishap == "memory")
        {
            IsKept(pod, images, message);
        }
        else
        {
            IsNotRestored(pod, message);
        }
    }

    [LabTheory]
    [Explains("a process number the program needs is taken", "sleep 1000")]
    [Explains("an address the program listened on is taken or not available here", "python3 /programs/wall.py tcp")]
    public void A_failed_attempt_names_the_PID_or_address_that_is_taken_and_the_restore_is_repeated(string message, string beside)
    {
        using ImageDirectory images = new();
        string[] program = [.. s_counter, "tcp"];
        images.MakeCheckpoint([], program, count: 1);
        int root = (int)JsonNode.Parse(File.ReadAllText(images.Manifest(1)))!["rootPid"]!;
        int number = message.Contains("process number", StringComparison.Ordinal) ? root : root + 1000;

        // crik starts after the other process, as in a pod in which something starts before a slow restore.
        using Pod pod = new(
            ["--image-dir", images.Path],
            ["sh", "-c", "mkfifo /tmp/turn; echo waiting; read _ </tmp/turn; exec crik run --image-dir /checkpoint -- \"$@\"", "sh", .. program]);
        pod.WaitForLine("waiting");
        pod.Exec("sh", "-c", $"(python3 /programs/number.py {number} {beside} </dev/null >/tmp/beside 2>&1 & ); "
            + $"until kill -0 {number} && {{ [ '{beside}' = 'sleep 1000' ] || grep -q count /tmp/beside; }}; do :; done 2>/dev/null; echo >/tmp/turn");

        pod.WaitFor(line => line.StartsWith("crik warning: attempt 1 to restore", StringComparison.Ordinal), "the first attempt failed");
        pod.Exec("kill", "-KILL", $"{number}"); // crik waits for the other process and does not end it
        pod.WaitForLine("crik info: restored");
        pod.AssertSaid($"crik warning: attempt 1 to restore checkpoint 1: …{message}");
        pod.End(143);
    }

    [LabTheory]
    [Explains("an address the program listened on is taken or not available here")]
    public void A_failed_restore_names_an_address_that_the_pod_does_not_have(string message)
    {
        using ImageDirectory images = new();
        string[] program = [.. s_counter, "tcp_at_an_address_to_come"];
        using (Pod first = Pod.WithCheckpoints(images, [], program))
        {
            first.WaitForLine("crik info: starting afresh");
            void Address(string verb) => Lab.Run("nsenter", "-t", Lab.Run(Lab.PodRunner, "pid", first.Name).Trim(), "-n", "ip", "address", verb, "10.99.0.7/32", "dev", "lo");
            Address("add");
            first.WaitForCount(1);
            Address("del");
            first.End(143);
        }

        IsNotRestored(Pod.WithCheckpoints(images, ["--env", "CRIK_WHEN_RESTORE_FAILS=fail"], program), message);
    }

    [LabTheory]
    [Explains("the program needs the process number N, and crik itself has it")]
    [Explains("…; this pod is at fault and not the checkpoint")]
    public void A_failed_restore_says_that_crik_itself_has_a_PID_of_the_program(string message)
    {
        using ImageDirectory images = new();
        images.MakeCheckpoint([], s_counter, count: 1);
        int root = (int)JsonNode.Parse(File.ReadAllText(images.Manifest(1)))!["rootPid"]!;

        IsKept(
            new Pod(
                ["--image-dir", images.Path, "--env", "CRIK_WHEN_RESTORE_FAILS=fail"],
                ["python3", "/programs/number.py", $"{root}", "crik", "run", "--image-dir", "/checkpoint", "--", .. s_counter]),
            images, message);
    }

    [LabTheory]
    [Explains("… cannot be trusted: its format is N")]
    public void A_checkpoint_of_a_later_format_is_refused(string message)
    {
        using ImageDirectory images = new();
        images.MakeCheckpoint([], s_counter, count: 1);
        JsonNode manifest = JsonNode.Parse(File.ReadAllText(images.Manifest(1)))!; // pretends that a later crik made it
        manifest["format"] = 1000;
        File.WriteAllText(images.Manifest(1), manifest.ToJsonString());

        IsNotRestored(Pod.WithCheckpoints(images, ["--env", "CRIK_WHEN_RESTORE_FAILS=fail"], s_counter), message);
    }

    [LabTheory]
    [Explains("a volume that the program has in a mount namespace of its own is not in this pod")]
    public void A_failed_restore_names_a_volume_that_is_not_mounted(string message)
    {
        using ImageDirectory images = new();
        string[] options = ["--level", "full", "--env", "CRIK_WHEN_RESTORE_FAILS=fail"];
        string[] program = ["unshare", "-m", "sh", "-c", "mount -t tmpfs its-own /mnt; exec python3 /programs/wall.py"];
        images.MakeCheckpoint([.. options, "--tmpfs", "/volume:4m"], program, count: 1);

        IsNotRestored(Pod.WithCheckpoints(images, options, program), message);
    }

    [LabTheory]
    [Explains("checkpoint N cannot be restored now: …")]
    public void A_checkpoint_is_kept_when_the_additional_paths_do_not_fit_on_their_volume(string message)
    {
        using ImageDirectory images = new();
        string[] options = ["--env", "CRIK_ADDITIONAL_PATHS=/data"];
        string[] program = Programs.Shell("head -c 4m /dev/zero >/data/file; exec python3 /programs/wall.py");
        images.MakeCheckpoint([.. options, "--tmpfs", "/data:8m"], program, count: 1);

        using Pod pod = Pod.WithCheckpoints(images, [.. options, "--tmpfs", "/data:1m"], program);

        Assert.NotEqual(0, pod.WaitForExit());
        pod.AssertSaid($"crik error: {message}No space left on device");
        Assert.Equal([1], images.Generations);
    }

    [LabTheory]
    [Explains("there is no room for the N KiB that a restore writes")]
    public void A_checkpoint_is_kept_when_no_directory_has_room_for_the_files_of_a_restore(string message)
    {
        using ImageDirectory images = new();
        string volume = images.In("volume");
        Directory.CreateDirectory(volume);
        Lab.Run("mount", "-t", "tmpfs", "-o", "size=40m", "crik-test", volume);
        try
        {
            string[] Run(params string[] program) => ["crik", "run", "--image-dir", "/checkpoint", "--", .. program];
            using (Pod first = new(["--image-dir", volume], Run(s_counter)))
            {
                first.WaitForCount(1);
                first.End(143);
            }

            Lab.Run("sh", "-c", $"cat /dev/zero >{volume}/filler 2>/dev/null || true");
            using Pod pod = new(["--image-dir", volume, "--tmpfs", "/tmp:4k", "--tmpfs", "/dev/shm:4k"], Run(s_counter));

            pod.WaitForExit(125);
            pod.AssertSaid($"crik error: {message}");
            Assert.True(Directory.Exists(Path.Combine(volume, "checkpoints", "1")));
        }
        finally
        {
            Lab.Run("umount", "-l", volume);
        }
    }

    /// <summary>Checks that crik ended because the pod is at fault, and that the checkpoint is still there.</summary>
    private static void IsKept(Pod pod, ImageDirectory images, string message)
    {
        using (pod)
        {
            int code = pod.WaitForExit();
            pod.AssertSaid($"crik error: checkpoint 1 cannot be restored now: …{message}");
            Assert.Equal(125, code);
            Assert.Equal([1], images.Generations);
        }
    }

    private static void IsNotRestored(Pod pod, string message)
    {
        using (pod)
        {
            int code = pod.WaitForExit();
            pod.AssertSaid($"crik error: checkpoint 1 cannot be restored and was set aside: …{message}");
            Assert.Equal(123, code);
        }
    }
}
