using Microsoft.Win32.SafeHandles;

namespace Crik.SystemTests.Files;

/// <summary>Tests SQLite, which compares the inode number of its database with the one that it saw first.</summary>
public sealed class DatabaseTests
{
    [LabTheory]
    [Explains("a restore gives a SQLite database of this container another inode number", "basic")]
    [Explains("a restore gives a SQLite database of this container another inode number", "full")]
    [Explains("a restore gives a SQLite database of this container another inode number", "nonroot")]
    public void A_database_in_the_container_cannot_be_written_to_after_a_restore_and_is_named_before(string message, string level)
    {
        using ImageDirectory images = new();
        string[] program = ["python3", "/programs/database.py", "/tmp/numbers"];
        SafeFileHandle? held = null; // while the old file is open, the file system gives its inode number to no other
        using (Pod pod = Pod.WithCheckpoints(images, ["--level", level], program))
        {
            pod.WaitForCount(3);
            pod.WaitForControl();
            held = File.OpenHandle($"/proc/{pod.Pid}/root/tmp/numbers");
            Assert.Matches("(?s)warning +programDatabase .*/tmp/numbers", pod.Exec("crik", "check"));
            pod.Exec("crik", "checkpoint", "--leave-running");
            pod.WaitForCount(pod.Counted()[^1] + 3);
            pod.End(143);
            Assert.EndsWith("path=/tmp/numbers", Assert.Single(pod.Errors, line => Explained.IsIn(message, line)), StringComparison.Ordinal);
            Assert.DoesNotContain(pod.Output, line => line.StartsWith("failed", StringComparison.Ordinal));
        }

        using SafeFileHandle old = held;
        using Pod restored = Pod.WithCheckpoints(images, ["--level", level], program);
        restored.WaitForLine("failed SQLITE_READONLY_DBMOVED");
    }

    [LabFact]
    public void A_database_on_a_volume_is_written_to_in_every_next_pod_and_is_not_named()
    {
        using ImageDirectory images = new();
        Directory.CreateDirectory(images.In("claim"));
        int last = 0;
        for (int i = 0; i < 3; i++)
        {
            using Pod pod = Pod.WithCheckpoints(images, ["--mount", $"{images.In("claim")}:/claim"], "python3", "/programs/database.py", "/claim/numbers");
            pod.WaitForCount(last + 3);
            pod.End(143);
            last = pod.Counted()[^1];
            Assert.DoesNotContain(pod.Output, line => line.StartsWith("failed", StringComparison.Ordinal));
            Assert.DoesNotContain(pod.Errors, line => line.Contains("SQLite", StringComparison.Ordinal));
        }
    }
}
