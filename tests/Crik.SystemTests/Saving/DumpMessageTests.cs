using System.Globalization;
using System.Text.Json.Nodes;

namespace Crik.SystemTests.Saving;

/// <summary>
/// Causes the messages of a dump that fails. Each time the program gets SIGTERM, and no unfinished checkpoint is left.
/// </summary>
public sealed class DumpMessageTests
{
    [LabTheory]
    [Explains("the program uses io_uring", "io_uring", "--env", "CRIK_IO_URING=allow")]
    [Explains("the program has a socket of multipath TCP", "multipath_tcp")]
    [Explains("the program has something open that criu cannot save", "userfaultfd")]
    [Explains("the program has something open that criu cannot save", "socket_of_another_kind")]
    [Explains("the program has a file open on a mount that this container does not have", "detached_mount", "--level", "full")]
    [Explains("the program is under a seccomp filter", "seccomp_filter")]
    [Explains("the program uses System V shared memory", "system_v_memory")]
    [Explains("a deleted file that is still open is larger than ghostLimit", "deleted_file", "--env", "CRIK_GHOST_LIMIT=1Mi")]
    [Explains("a process of the program is in a namespace of its own", "user_namespace")]
    [Explains("a process of the program is in a namespace of its own", "mount_namespace", "--level", "full")]
    [Explains("a process of the program is in a namespace of its own", "network_namespace", "--level", "full")]
    [Explains("a process of the program is in a namespace of its own", "host_name", "--level", "full")]
    [Explains("a deleted file that is still open has another name", "deleted_file_with_a_hidden_link", "--level", "nonroot")]
    [Explains("a deleted file in … that is still open has another name", "deleted_file_with_a_hidden_link", "--level", "full")]
    [Explains("a Unix socket was bound to a relative path that does not lead to it any more", "moved_socket")]
    [Explains("a Unix socket was bound to a relative path that does not lead to it any more", "moved_socket", "--level", "full")]
    [Explains("a UDP socket of the program holds back what was written to it", "unsent")]
    [Explains("the user of the program has more pipes open on this node than fs.pipe-user-pages-soft allows", "too_many_pipes", "--level", "nonroot", "--user", "7001:7001")]
    [Explains("the program has mapped a file that has no name in this container", "mapped_deleted_file", "--user-namespace")]
    [Explains("… does not answer", "nothing", "--env", "CRIK_CRIU_PATH=/bin/true")]
    [Explains("criu was ended by SIGKILL", "nothing", "--env", "CRIK_CRIU_PATH=/programs/mortal-criu", "--env", "MISHAP=memory")]
    [Explains("criu was ended by …, which crik did not send", "nothing", "--env", "CRIK_CRIU_PATH=/programs/mortal-criu", "--env", "MISHAP=fault")]
    [Explains("the dump did not end within the grace period", "nothing", "--env", "CRIK_CRIU_PATH=/programs/mortal-criu", "--env", "MISHAP=stop", "--env", "CRIK_GRACE_PERIOD=10s")]
    public void A_failed_dump_names_what_criu_cannot_save(string message, string what, params string[] options)
    {
        using ImageDirectory images = new();
        using Pod pod = Pod.WithCheckpoints(images, options, "python3", "/programs/wall.py", what);

        EndsWithout(pod, message);
        Assert.Empty(images.Generations);
        Assert.Empty(Directory.EnumerateDirectories(images.Path, ".staging*"));
    }

    [LabTheory]
    [Explains("what was on its way to the program cannot be saved, and is dropped")]
    public void SIGTERM_closes_connections_that_criu_cannot_save_and_says_so(string message)
    {
        using ImageDirectory images = new();
        using Pod pod = Pod.WithCheckpoints(images, [], "python3", "/programs/wall.py", "unaccepted");
        pod.WaitForCount(1);

        pod.End(143);
        pod.AssertSaid($"crik warning: {message} connectionsClosed=N messagesLost=0");
        Assert.Single(images.Generations);
    }

    [LabTheory]
    [Explains("a connection to a Unix socket of the program waits to be accepted", "unaccepted")]
    [Explains("a netlink socket of the program has a message from the kernel that was not read", "unread")]
    public void Data_in_transit_delays_a_checkpoint_and_is_dropped_only_at_SIGTERM(string message, string what)
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
            Assert.True(pod.HasSaid("what was on its way to the program"), pod.Said);
            Assert.Single(images.Generations);
        }

        using Pod next = Pod.WithCheckpoints(images, [], "python3", "/programs/wall.py", what);
        next.WaitForLine("crik info: restored");
        next.End(143);
        Assert.Equal(2, images.Generations.Length);
    }

    [LabTheory]
    [Explains("this criu does not know sockets of kernels from 6.16 on", "trixie", "6.16", "nonroot")] // with root, crik answers criu in place of the kernel
    [Explains("this criu does not know this kernel", "bookworm", "6.13", "basic")]
    public void A_failed_dump_says_that_criu_is_older_than_the_kernel(string message, string suite, string firstKernel, string level)
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
    [Explains("the program has processes of several users, or one that its own user may not look into")]
    public void A_failed_dump_names_a_set_user_ID_program_in_a_container_without_root(string message)
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
    [Explains("the program has mapped a file of a mount that this container does not have", "warning +programMapped .*/file", "--level", "basic")]
    [Explains("the program has mapped a file of a mount that this container does not have", "warning +programMapped .*/file", "--level", "full")]
    [Explains("the program has mapped a file that has no name in this container", "", "--user-namespace")]
    public void A_failed_dump_names_a_mapped_file_of_an_image_volume_of_CRI_O_and_so_does_a_check_that_may_see_it(string message, string finding, params string[] options)
    {
        using ImageDirectory images = new();
        using TempDirectory volume = new();
        volume.Write("file", "model");
        using Pod pod = Pod.WithCheckpoints(images, [.. options, "--mount", $"{volume.Path}:/volume:image-volume"], "python3", "/programs/wall.py", "mapped_file");
        pod.WaitForCount(1);
        Assert.Matches($"(?s){finding}", pod.Exec("crik", "check"));

        EndsWithout(pod, message);
    }

    [LabTheory]
    [Explains("an inotify watch is on a file that cannot be found by name")]
    public void A_failed_dump_names_a_watched_file_that_was_moved_out_of_its_volume(string message)
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
    public void A_failed_dump_names_a_connection_to_a_process_outside_the_tree(string message)
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
    [Explains("the image directory is full", "deleted_file", "24m")] // larger than the memory, whose size crik checks before the dump
    public void A_failed_dump_says_that_the_volume_is_too_small(string message, string what, string size)
    {
        string[] program = what.Length == 0 ? ["python3", "/programs/hold.py", "20"] : ["python3", "/programs/wall.py", what];
        using Pod pod = new(["--tmpfs", $"/checkpoint:{size}"], ["crik", "run", "--image-dir", "/checkpoint", "--", .. program]);

        EndsWithout(pod, message);
    }

    [LabTheory]
    [Explains("Read-only file system", "echo 1 >/sys/fs/ext4/$(basename $(findmnt -no SOURCE {0}))/trigger_fs_error")]
    [Explains("Input/output error", "python3 -c 'import fcntl, os; fcntl.ioctl(os.open(\"{0}\", 0), 0x8004587d, bytes([2, 0, 0, 0]))'")] // EXT4_IOC_SHUTDOWN
    public void A_failed_dump_names_the_error_of_a_file_system_that_fails_during_it(string message, string mishap)
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
    [Explains("about N MiB would take N s at the N MiB/s of the best of the last N checkpoints")]
    public void No_dump_is_tried_when_the_last_checkpoints_were_too_slow_for_the_grace_period(string message)
    {
        using ImageDirectory images = new();
        string[] options = ["--env", "CRIK_GRACE_PERIOD=30s", "--env", "CRIK_HOOKS_BEFORE_CHECKPOINT=echo hook"];
        using Pod pod = Pod.WithCheckpoints(images, options, "python3", "/programs/hold.py", "70");
        pod.WaitForCount(1);
        pod.End(143);
        JsonNode run = JsonNode.Parse(File.ReadAllText(images.In("run.json")))!;
        Assert.True((long)run["speeds"]![0]! > 0);
        Assert.Contains("hook", pod.Output);
        run["speeds"] = new JsonArray(1 << 20, 1 << 20); // pretends that the last checkpoints were slow
        File.WriteAllText(images.In("run.json"), run.ToJsonString());

        using Pod next = Pod.WithCheckpoints(images, options, "python3", "/programs/hold.py", "70");
        next.WaitForLine("crik info: restored");

        next.End(7);
        next.AssertSaid($"crik error: no checkpoint was made: {message}");
        Assert.DoesNotContain("hook", next.Output);
        Assert.Equal([1], images.Generations);
    }

    [LabFact]
    public void The_speed_of_a_checkpoint_is_recorded_even_if_the_run_is_killed()
    {
        using ImageDirectory images = new();
        using Pod pod = Pod.WithCheckpoints(images, [], "python3", "/programs/hold.py", "70");
        pod.WaitForCount(1);
        pod.WaitForControl();
        Assert.Equal("checkpoint 1 was made\n", pod.Exec("crik", "checkpoint", "--leave-running"));
        pod.Kill("KILL");
        pod.WaitForExit();

        JsonNode run = JsonNode.Parse(File.ReadAllText(images.In("run.json")))!;
        Assert.True((long)run["speeds"]![0]! > 0);
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
