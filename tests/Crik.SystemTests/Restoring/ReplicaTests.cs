namespace Crik.SystemTests.Restoring;

/// <summary>Tests many replicas that are restored from one checkpoint in a read-only directory.</summary>
public sealed class ReplicaTests
{
    private static readonly string[] s_program = Programs.Shell(
        "trap 'echo got TERM; exit 3' TERM; " + Programs.Count);

    [LabFact]
    public void Replicas_restore_from_one_read_only_directory_and_do_not_change_it()
    {
        using ImageDirectory images = new();
        int last = images.MakeCheckpoint([], s_program, count: 5);

        string[] before = Files(images);
        Pod[] replicas = [.. Enumerable.Range(0, 3).Select(_ => Replica(images, [], s_program))];
        try
        {
            foreach (Pod replica in replicas)
            {
                replica.WaitForCount(last + 3);
                Assert.Equal(last + 1, replica.Counted()[0]);
            }

            foreach (Pod replica in replicas)
            {
                replica.End(3);
                Assert.Contains("got TERM", replica.Output);
                Assert.Contains(replica.Errors, line => line.Contains("no checkpoint, the program gets it because=\"the image directory is read-only\"", StringComparison.Ordinal));
            }
        }
        finally
        {
            Array.ForEach(replicas, replica => replica.Dispose());
        }

        Assert.Equal(before, Files(images));
    }

    [LabFact]
    public void A_read_only_directory_is_refused_unless_restoreMode_is_always()
    {
        using ImageDirectory images = new();
        using Pod pod = new(["--mount", $"{images.Path}:/golden:ro"], ["crik", "run", "--image-dir", "/golden", "--", .. s_program]);

        pod.WaitForExit(125);
        Assert.Contains(pod.Errors, line => line.Contains("imageDir /golden cannot be used", StringComparison.Ordinal));
        Assert.Empty(pod.Output);
    }

    [LabFact]
    public void A_container_with_a_read_only_root_gets_the_files_that_were_in_its_tmp()
    {
        string[] readOnly = ["--read-only", "--tmpfs", "/tmp:64m"];
        string[] program = Programs.Shell(
            "echo then >/tmp/state; exec 5<>/tmp/state; n=0; while [ \"$(cat /tmp/state)\" = then ]; do n=$((n + 1)); echo \"count $n\"; sleep 0.05; done");
        using ImageDirectory images = new();
        int last = images.MakeCheckpoint(readOnly, program, count: 5);

        for (int i = 0; i < 2; i++)
        {
            using Pod replica = Replica(images, readOnly, program);
            replica.WaitForCount(last + 3);
            Assert.Equal(last + 1, replica.Counted()[0]);
        }
    }

    [LabTheory]
    [Explains("N files of the container are not put back, … for one: here they are on a volume, or where nothing can be written")]
    public void A_container_with_a_read_only_root_starts_without_the_changed_files_of_a_writable_one(string message)
    {
        string[] program = Programs.Shell("echo more >>/etc/issue; " + Programs.Count);
        using ImageDirectory images = new();
        int last = images.MakeCheckpoint(["--env", "CRIK_IO_URING=allow"], program, count: 5);

        for (int i = 0; i < 2; i++)
        {
            using Pod replica = Replica(images, ["--read-only"], program);
            replica.WaitForCount(last + 3);
            Assert.Equal(last + 1, replica.Counted()[0]);
            replica.AssertSaid(message);
        }
    }

    private static Pod Replica(ImageDirectory images, string[] options, string[] program) => new(
        ["--mount", $"{images.Path}:/golden:ro", "--env", "CRIK_RESTORE_MODE=always", .. options], ["crik", "run", "--image-dir", "/golden", "--", .. program]);

    private static string[] Files(ImageDirectory images) =>
        [.. Directory.EnumerateFiles(images.Path, "*", SearchOption.AllDirectories).Select(path => $"{path} {new FileInfo(path).LastWriteTimeUtc:O}").Order(StringComparer.Ordinal)];
}
