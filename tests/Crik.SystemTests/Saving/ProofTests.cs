using System.Text.Json;

namespace Crik.SystemTests.Saving;

/// <summary>
/// Tests that no checkpoint is committed of a program that criu can save and cannot restore in a new pod: one program for each rule. It gets
/// its SIGTERM, the checkpoint before stays, and the log says why. Where /proc shows it, crik check says the same beforehand.
/// </summary>
public sealed class ProofTests
{
    private const string CannotOpen = "the program has … open, which a new pod could not open: ";

    [LabTheory]
    [Explains(CannotOpen + "it belongs to process N, which is not part of the program", "process_outside", true)]
    [Explains(CannotOpen + "it belongs to process N, which is not part of the program", "process_outside", true, "--level", "nonroot")]
    [Explains(CannotOpen + "criu opens files before it makes threads", "thread", true)]
    [Explains(CannotOpen + "criu opens files before it makes threads", "thread", true, "--level", "full")]
    [Explains(CannotOpen + "it is a device file that was made in this container", "device", true)]
    [Explains(CannotOpen + "it was made in /dev, which is new in each container", "file_in_dev", true)]
    [Explains(CannotOpen + "it is on a file system that was mounted in this container", "mount", false, "--level", "full")]
    [Explains(CannotOpen + "it was made or changed in this container, and is not among the files that are saved", "link", false, "--env", "CRIK_CONTAINER_FILES_LIMIT=0")]
    [Explains(CannotOpen + "the path that criu recorded leads to nothing", "hidden", false)]
    [Explains("the program has the deleted directory … open, and criu could not make it again, because …", "deleted_directory", true)]
    [Explains("the program has the deleted directory … open, and criu could not make it again, because …", "directory_in_another", true)]
    [Explains("the program has the deleted directory … open, and criu could not make it again, because …", "directory_made_again", true, "--level", "full")]
    [Explains("the program has the terminal … open, whose other end belongs to a process outside of the program", "terminal", true)]
    [Explains("the … of process N is in memory only (memfd_create), and criu could not restore that process", "program_in_memory", true)]
    [Explains("a socket is bound to … with IP_FREEBIND, and criu could not bind it", "address", false)]
    public void A_checkpoint_that_no_pod_could_restore_is_not_committed(string message, string what, bool isSeen, params string[] options)
    {
        using ImageDirectory images = new();
        using Pod pod = Pod.WithCheckpoints(images, ["--env", "CRIK_IMAGE_DIR=/checkpoint", .. options], "python3", "/programs/nowhere.py", what);
        pod.WaitForCount(1);
        pod.WaitForControl();
        Assert.Equal("checkpoint 1 was made\n", pod.Exec("crik", "checkpoint", "--leave-running"));
        Task<string> outside = Task.Run(() => pod.Exec("python3", "/programs/nowhere.py", "owner"));
        pod.Exec("pkill", "-USR1", "-f", $"^python3 /programs/nowhere.py {what}"); // and not crik, which would pass the signal on
        pod.WaitForLine("made");

        JsonElement[] checks = [.. JsonDocument.Parse(pod.Exec("crik", "check", "-o", "json")).RootElement.GetProperty("checks").EnumerateArray()];
        Assert.Equal(isSeen, checks.Any(check => check.GetProperty("name").GetString() == "programRestore" && Explained.IsIn(message, check.GetProperty("meaning").GetString()!)));
        pod.Kill();
        pod.WaitForExit(7);
        outside.Wait();

        pod.AssertSaid($"crik error: no checkpoint was made: {message}");
        Assert.Equal([1], images.Generations);
    }

    [LabTheory]
    [Explains("the program has the deleted file … open, and criu could not make it again, because the volume is read-only", "basic")]
    [Explains("the program has the deleted file … open, and criu could not make it again, because the volume is read-only", "full")]
    public void A_deleted_file_of_a_read_only_volume_prevents_the_checkpoint(string message, string level)
    {
        using ImageDirectory images = new();
        Directory.CreateDirectory(images.In("volume"));
        File.WriteAllText(images.In("volume", "file"), "");
        using Pod pod = Pod.WithCheckpoints(
            images, ["--level", level, "--mount", $"{images.In("volume")}:/volume:ro"], Programs.Shell("exec 5</volume/file; trap 'exit 7' TERM; " + Programs.Count));
        pod.WaitForCount(1);
        File.Delete(images.In("volume", "file"));

        pod.Kill();
        pod.WaitForExit(7);

        pod.AssertSaid($"crik error: no checkpoint was made: {message}");
        Assert.Empty(images.Generations);
    }

    [LabFact]
    public void A_file_whose_name_ends_like_that_of_a_deleted_one_is_saved_and_stays()
    {
        const string Program = "f = open('/tmp/a (deleted)', 'w'); import time, os, itertools\n"
            + "for n in itertools.count(1): print('count', n if os.path.samestat(os.stat('/tmp/a (deleted)'), os.fstat(f.fileno())) else 'gone', flush=True); time.sleep(0.05)";
        using ImageDirectory images = new();
        images.RunGenerations(3, [], Programs.Python(Program));
    }
}
