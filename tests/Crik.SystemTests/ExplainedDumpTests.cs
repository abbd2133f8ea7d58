using System.Globalization;
using System.Text.Json.Nodes;

namespace Crik.SystemTests;

/// <summary>Messages of a dump that fails. Each time the program gets its SIGTERM, and no half checkpoint is left.</summary>
public sealed class ExplainedDumpTests
{
    [LabTheory]
    [Explains("the program uses io_uring", "io_uring", "--env", "CRIK_IO_URING=allow")]
    [Explains("the program has a socket of multipath TCP", "multipath_tcp")]
    [Explains("the program has something open that criu cannot save", "userfaultfd")]
    [Explains("the program has something open that criu cannot save", "socket_of_another_kind")]
    [Explains("the program has a file open on a mount that this container has not got", "message_queue")]
    [Explains("the program is under a seccomp filter", "seccomp_filter")]
    [Explains("the program uses System V shared memory", "system_v_memory")]
    [Explains("a deleted file that is still open is larger than ghostLimit", "deleted_file", "--env", "CRIK_GHOST_LIMIT=1Mi")]
    [Explains("a process of the program is in a namespace of its own", "user_namespace")]
    [Explains("a process of the program is in a namespace of its own", "mount_namespace", "--level", "full")]
    [Explains("a process of the program is in a namespace of its own", "network_namespace", "--level", "full")]
    [Explains("a process of the program is in a namespace of its own", "host_name", "--level", "full")]
    [Explains("a deleted file that is still open has another name", "deleted_file_with_a_link")]
    [Explains("a UDP socket of the program's holds back what was written to it", "unsent")]
    [Explains("… does not answer", "nothing", "--env", "CRIK_CRIU_PATH=/bin/true")]
    [Explains("criu was ended by SIGKILL", "nothing", "--env", "CRIK_CRIU_PATH=/programs/mortal-criu", "--env", "MISHAP=memory")]
    [Explains("criu was ended by …, which crik did not send", "nothing", "--env", "CRIK_CRIU_PATH=/programs/mortal-criu", "--env", "MISHAP=fault")]
    [Explains("the dump would not end within the grace period", "nothing", "--env", "CRIK_CRIU_PATH=/programs/mortal-criu", "--env", "MISHAP=stop", "--env", "CRIK_GRACE_PERIOD=10s")]
    public void What_cannot_be_saved_is_said(string message, string what, params string[] options)
    {
        using ImageDirectory images = new();
        using Pod pod = Pod.WithCheckpoints(images, options, "python3", "/programs/wall.py", what);

        EndsWithout(pod, message);
        Assert.Empty(images.Generations);
        Assert.Empty(Directory.EnumerateDirectories(images.Path, ".staging*"));
    }

    [LabTheory]
    [Explains("a connection to a Unix socket of the program's waits to be accepted", "unaccepted")]
    [Explains("a netlink socket of the program's has a message of the kernel's that was not read", "unread")]
    public void What_is_on_its_way_to_the_program_is_waited_for_and_dropped_at_SIGTERM_only(string message, string what)
    {
        using ImageDirectory images = new();
        using (Pod pod = Pod.WithCheckpoints(images, [], "python3", "/programs/wall.py", what))
        {
            pod.WaitForCount(1);
            pod.WaitForControl();
            Assert.Equal("", pod.Exec("crik", "checkpoint", "--leave-running"));
            pod.WaitForSaid($"crik error: no checkpoint was made: …{message}");
            pod.WaitForCount(pod.Counted()[^1] + 3);
            Assert.Empty(images.Generations);
            Assert.False(pod.HasSaid("what was on its way to the program"));

            pod.End(143);
            pod.AssertSaid("crik warning: what was on its way to the program cannot be saved, and is dropped");
            Assert.Single(images.Generations);
        }

        using Pod next = Pod.WithCheckpoints(images, [], "python3", "/programs/wall.py", what);
        next.WaitForLine("crik info: restored");
        next.End(143);
        Assert.Equal(2, images.Generations.Length);
    }

    [LabTheory]
    [Explains("this criu does not know sockets of kernels from 6.16 on", "trixie", "6.16", "nonroot")] // as root crik answers it in the kernel's place
    [Explains("this criu does not know this kernel", "bookworm", "6.13", "basic")]
    public void A_criu_that_is_older_than_the_kernel_says_so(string message, string suite, string firstKernel, string level)
    {
        bool knows = Environment.OSVersion.Version < new Version(firstKernel);
        using ImageDirectory images = new();
        using Pod pod = Pod.WithCheckpoints(images, ["--level", level, "--rootfs", Lab.RootFileSystemOf(suite)], "python3", "/programs/wall.py", "tcp");
        pod.WaitForCount(1);

        int code = pod.End();
        Assert.Equal(!knows, pod.HasSaid($"crik error: no checkpoint was made: …{message}"));
        Assert.True(knows || code == 7, pod.Said);
    }

    [LabTheory]
    [Explains("the program has processes of several users, or one that hides from its own")]
    public void A_set_user_ID_program_in_a_container_without_root(string message)
    {
        using ImageDirectory images = new();
        string volume = images.In("volume");
        Directory.CreateDirectory(volume);
        File.SetUnixFileMode(images.Path, (UnixFileMode)0x1ED);
        File.Copy(Path.Combine(Lab.RootFileSystem, "usr/bin/sleep"), Path.Combine(volume, "sleep"));
        File.SetUnixFileMode(Path.Combine(volume, "sleep"), UnixFileMode.SetUser | (UnixFileMode)0x1ED);
        using Pod pod = Pod.WithCheckpoints(images, ["--level", "nonroot", "--mount", $"{volume}:/volume:ro"], "python3", "/programs/wall.py", "another_user");

        EndsWithout(pod, message);
    }

    [LabTheory]
    [Explains("an inotify watch is on a file that cannot be found by name")]
    public void A_watched_file_that_was_moved_out_of_the_volume(string message)
    {
        using ImageDirectory images = new();
        using ImageDirectory volume = new();
        Directory.CreateDirectory(volume.In("volume"));
        using Pod pod = Pod.WithCheckpoints(images, ["--mount", $"{volume.In("volume")}:/volume"], "python3", "/programs/wall.py", "watch_on_a_volume");
        pod.WaitForCount(1);
        File.Move(volume.In("volume", "file"), volume.In("file"));

        EndsWithout(pod, message);
    }

    [LabTheory]
    [Explains("a Unix socket leads to a process outside the program's tree")]
    public void A_connection_of_something_that_was_started_beside_the_program(string message)
    {
        using ImageDirectory images = new();
        using Pod pod = Pod.WithCheckpoints(images, [], "python3", "/programs/wall.py", "socket_for_others");
        pod.WaitForLine("listening");
        pod.Exec("sh", "-c", "python3 /programs/wall.py connected_to_it </dev/null >/dev/null 2>&1 &");

        EndsWithout(pod, message);
    }

    [LabTheory]
    [Explains("imageDir … has N MiB free", "", "4m")]
    [Explains("imageDir … has N MiB free", "shared_memory", "24m")]
    [Explains("the image directory is full", "deleted_file", "24m")] // more than its memory, which is what crik looks at beforehand
    public void A_volume_that_is_too_small(string message, string what, string size)
    {
        string[] program = what.Length == 0 ? ["python3", "/programs/hold.py", "20"] : ["python3", "/programs/wall.py", what];
        using Pod pod = new(["--tmpfs", $"/checkpoint:{size}"], ["crik", "run", "--image-dir", "/checkpoint", "--", .. program]);

        EndsWithout(pod, message);
    }

    [LabTheory]
    [Explains("Read-only file system", "echo 1 >/sys/fs/ext4/$(basename $(findmnt -no SOURCE {0}))/trigger_fs_error")]
    [Explains("Input/output error", "python3 -c 'import fcntl, os; fcntl.ioctl(os.open(\"{0}\", 0), 0x8004587d, bytes([2, 0, 0, 0]))'")] // EXT4_IOC_SHUTDOWN
    public void A_file_system_that_fails_in_the_middle_of_a_dump(string message, string mishap)
    {
        using ImageDirectory images = new();
        string volume = images.In("volume");
        Directory.CreateDirectory(volume);
        string mounted = Lab.Run("sh", "-c", $"truncate -s 64M {images.In("disk")} && mkfs.ext4 -q {images.In("disk")} && mount -o loop,errors=remount-ro {images.In("disk")} {volume} && echo yes");
        Assert.Equal("yes\n", mounted);
        try
        {
            using Pod pod = new(
                ["--image-dir", volume, "--env", "CRIK_GRACE_PERIOD=5m", "--env", "CRIK_CRIU_PATH=/programs/mortal-criu", "--env", "MISHAP=stop"],
                ["crik", "run", "--image-dir", "/checkpoint", "--", "python3", "/programs/wall.py"]);
            pod.WaitForCount(1);
            pod.Kill();
            pod.WaitForStoppedCriu();
            Lab.Run("sh", "-c", string.Format(CultureInfo.InvariantCulture, mishap, volume));
            pod.Exec("pkill", "-CONT", "-x", "criu");

            int code = pod.WaitForExit();
            pod.AssertSaid($"crik error: no checkpoint was made: …{message}");
            Assert.Equal(7, code);
        }
        finally
        {
            Lab.Run("umount", "-l", volume);
        }
    }

    [LabTheory]
    [Explains("about N MiB would take N s at the N MiB/s of the last checkpoint")]
    public void A_volume_that_was_too_slow_the_last_time(string message)
    {
        using ImageDirectory images = new();
        string[] options = ["--env", "CRIK_GRACE_PERIOD=30s", "--env", "CRIK_HOOKS_BEFORE_CHECKPOINT=echo hook"];
        using Pod pod = Pod.WithCheckpoints(images, options, "python3", "/programs/hold.py", "70");
        pod.WaitForCount(1);
        pod.End(143);
        JsonNode run = JsonNode.Parse(File.ReadAllText(images.In("run.json")))!;
        Assert.True((long)run["bytesPerSecond"]! > 0);
        Assert.Contains("hook", pod.Output);
        run["bytesPerSecond"] = 1 << 20; // what was measured is faked
        File.WriteAllText(images.In("run.json"), run.ToJsonString());

        using Pod next = Pod.WithCheckpoints(images, options, "python3", "/programs/hold.py", "70");
        next.WaitForLine("crik info: restored");

        next.End(7);
        next.AssertSaid($"crik error: no checkpoint was made: {message}");
        Assert.DoesNotContain("hook", next.Output);
        Assert.Equal([1], images.Generations);
    }

    [LabFact]
    public void A_run_that_vanishes_leaves_the_speed_of_its_checkpoints_to_the_next()
    {
        using ImageDirectory images = new();
        using Pod pod = Pod.WithCheckpoints(images, [], "python3", "/programs/hold.py", "70");
        pod.WaitForCount(1);
        pod.WaitForControl();
        Assert.Equal("checkpoint 1 was made\n", pod.Exec("crik", "checkpoint", "--leave-running"));
        pod.Kill("KILL");
        pod.WaitForExit();

        JsonNode run = JsonNode.Parse(File.ReadAllText(images.In("run.json")))!;
        Assert.True((long?)run["bytesPerSecond"] > 0);
        Assert.Null(run["end"]);
    }

    private static void EndsWithout(Pod pod, string message)
    {
        pod.WaitForCount(1);
        int code = pod.End();
        pod.AssertSaid($"crik error: no checkpoint was made: …{message}");
        Assert.Equal(7, code);
    }
}
