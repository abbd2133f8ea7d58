namespace Crik.SystemTests;

/// <summary>One checkpoint, many replicas: restored from a directory that can only be read.</summary>
public sealed class GoldenTests
{
    private static readonly string[] s_program = Programs.Shell(
        "trap 'echo got TERM; exit 3' TERM; n=0; while :; do n=$((n + 1)); echo \"count $n\"; sleep 0.05; done");

    [LabFact]
    public void Replicas_start_side_by_side_from_a_read_only_directory_and_leave_it_as_it_is()
    {
        using ImageDirectory images = new();
        int last;
        using (Pod warm = Pod.WithCheckpoints(images, [], s_program))
        {
            warm.WaitForCount(5);
            warm.End(143);
            last = warm.Counted()[^1];
        }

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
    public void Without_restoreMode_always_a_read_only_directory_is_refused()
    {
        using ImageDirectory images = new();
        using Pod pod = new(["--mount", $"{images.Path}:/golden:ro"], ["crik", "run", "--image-dir", "/golden", "--", .. s_program]);

        pod.WaitForExit(125);
        Assert.Contains(pod.Errors, line => line.Contains("imageDir /golden cannot be used", StringComparison.Ordinal));
        Assert.Empty(pod.Output);
    }

    [LabFact]
    public void Read_only_roots_with_a_tmp_of_their_own_bring_what_is_in_it_along()
    {
        string[] readOnly = ["--read-only", "--tmpfs", "/tmp:64m"];
        string[] program = Programs.Shell(
            "echo then >/tmp/state; exec 5<>/tmp/state; n=0; while [ \"$(cat /tmp/state)\" = then ]; do n=$((n + 1)); echo \"count $n\"; sleep 0.05; done");
        using ImageDirectory images = new();
        int last;
        using (Pod warm = Pod.WithCheckpoints(images, readOnly, program))
        {
            warm.WaitForCount(5);
            warm.End(143);
            last = warm.Counted()[^1];
        }

        for (int i = 0; i < 2; i++)
        {
            using Pod replica = Replica(images, readOnly, program);
            replica.WaitForCount(last + 3);
            Assert.Equal(last + 1, replica.Counted()[0]);
        }
    }

    [LabTheory]
    [Explains("N files of the container are not put back, … for one: here they are on a volume, or where nothing can be written")]
    public void Read_only_roots_do_without_the_files_that_were_changed_on_one_that_could_be_written(string message)
    {
        string[] program = Programs.Shell("echo more >>/etc/issue; n=0; while :; do n=$((n + 1)); echo \"count $n\"; sleep 0.05; done");
        using ImageDirectory images = new();
        int last;
        using (Pod warm = Pod.WithCheckpoints(images, ["--env", "CRIK_IO_URING=allow"], program))
        {
            warm.WaitForCount(5);
            warm.End(143);
            last = warm.Counted()[^1];
        }

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
