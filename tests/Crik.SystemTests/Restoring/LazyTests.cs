using System.Text.Json.Nodes;

namespace Crik.SystemTests.Restoring;

/// <summary>Tests a lazy restore: the program runs while its memory is still being read.</summary>
public sealed class LazyTests
{
    private const int Processes = 3;
    private static readonly string[] s_program = ["python3", "/programs/lazy.py", "64", $"{Processes}"];

    /// <summary>Makes criu lazy-pages slow. It stops while the file "hold" exists.</summary>
    private static readonly string[] s_slowly = ["--level", "full", "--env", "CRIK_LAZY_PAGES=always", "--env", "CRIK_CRIU_PATH=/programs/slow-criu"];

    private static readonly string[] s_lazily = ["--level", "full", "--env", "CRIK_LAZY_PAGES=always"];

    private static readonly string[] s_eagerly = ["--level", "full"];

    [LabFact]
    public void A_lazily_restored_program_gets_all_of_its_memory_and_can_be_checkpointed_again()
    {
        using ImageDirectory images = new();
        int last = FirstCheckpoint(images, s_eagerly);

        for (int generation = 2; generation <= 3; generation++)
        {
            using Pod pod = Pod.WithCheckpoints(images, s_lazily, s_program);
            pod.WaitForLine("crik info: all pages have come in");
            pod.AssertContinuesAfter(last);
            AssertWhole(pod);
            Assert.Contains(pod.Errors, line => line.Contains("will run while its memory is still being read because=\"lazyPages is always\"", StringComparison.Ordinal));
            pod.End(143);
            Assert.Contains(generation, images.Generations);
            Assert.Empty(Directory.EnumerateDirectories(images.Path, ".*"));
            last = pod.Counted()[^1];
        }
    }

    [LabFact]
    public void A_program_can_use_its_memory_while_the_pages_arrive()
    {
        using ImageDirectory images = new();
        FirstCheckpoint(images, s_eagerly);
        using Pod pod = HeldBack(images);
        pod.WaitForLine("crik info: restored");
        pod.WaitForControl();

        Assert.Contains("are still missing", pod.Exec("crik", "status"), StringComparison.Ordinal);
        pod.Kill("USR1"); // the program fills, shares, frees and moves memory
        Hurry(images);

        pod.WaitUntil(() => pod.Output.Count(line => line.StartsWith("whole ", StringComparison.Ordinal)) == Processes, "every process has checked its memory");
        pod.WaitForLine("crik info: all pages have come in");
        AssertWhole(pod);
        Assert.DoesNotContain("are still missing", pod.Exec("crik", "status"), StringComparison.Ordinal);
        pod.End(143);
    }

    [LabFact]
    public void The_checkpoint_at_SIGTERM_waits_until_all_pages_have_arrived()
    {
        using ImageDirectory images = new();
        FirstCheckpoint(images, s_eagerly);
        int last;
        using (Pod pod = HeldBack(images))
        {
            pod.WaitForLine("crik info: restored");
            pod.Kill();
            pod.WaitForLine("crik info: the checkpoint waits for the pages");
            Hurry(images);
            pod.WaitForExit(143);
            Assert.DoesNotContain(pod.Output, line => line.StartsWith("DAMAGED", StringComparison.Ordinal));
            last = pod.Counted()[^1];
        }

        Assert.Equal([1, 2], images.Generations);
        using Pod next = Pod.WithCheckpoints(images, s_eagerly, s_program);
        next.AssertContinuesAfter(last);
        AssertWhole(next);
    }

    [LabFact]
    public async Task A_checkpoint_that_leaves_the_program_running_waits_until_all_pages_have_arrived()
    {
        using ImageDirectory images = new();
        FirstCheckpoint(images, s_eagerly);
        using (Pod pod = HeldBack(images))
        {
            pod.WaitForLine("crik info: restored");
            pod.WaitForControl();
            Task<string> said = Task.Run(() => pod.Exec("crik", "checkpoint", "--leave-running"));
            pod.WaitForLine("crik info: the checkpoint waits for the pages");
            Hurry(images);
            Assert.Equal("checkpoint 2 was made", (await said).Trim());
            AssertWhole(pod);
            pod.Kill("KILL");
            pod.WaitForExit();
        }

        using Pod next = Pod.WithCheckpoints(images, s_lazily, s_program);
        next.WaitFor(line => line.StartsWith("count ", StringComparison.Ordinal), "a number");
        AssertWhole(next);
        Assert.Contains(next.Errors, line => line.StartsWith("crik info: restored generation=2", StringComparison.Ordinal));
    }

    [LabFact]
    public void A_program_ends_before_it_sees_an_empty_page_when_lazy_pages_dies_and_the_next_restore_is_not_lazy()
    {
        using ImageDirectory images = new();
        int last = FirstCheckpoint(images, s_eagerly);
        using (Pod pod = HeldBack(images))
        {
            pod.WaitForLine("crik info: restored");
            pod.Kill("USR1"); // the program reads all of its memory
            pod.Exec("sh", "-c", "kill -9 $(pgrep -x criu)");

            pod.WaitForExit(123);
            Assert.DoesNotContain(pod.Output, line => line.StartsWith("DAMAGED", StringComparison.Ordinal) || line.StartsWith("whole", StringComparison.Ordinal));
            Assert.All(pod.Errors, line => Assert.StartsWith("crik ", line, StringComparison.Ordinal)); // the interpreter has not reported an error either
            Assert.Contains(pod.Errors, line => line.StartsWith("crik error: ", StringComparison.Ordinal)
                && line.Contains("did not come in: criu's lazy-pages was ended by SIGKILL", StringComparison.Ordinal));
        }

        Assert.Equal([1], images.Generations);
        Assert.Empty(images.Failed);
        Assert.Equal("Incomplete", (string?)JsonNode.Parse(File.ReadAllText(images.In("run.json")))!["end"]!["kind"]);
        using Pod next = Pod.WithCheckpoints(images, s_slowly, s_program);
        next.AssertContinuesAfter(last);
        Assert.Contains(next.Errors, line => line.StartsWith("crik warning: no lazy restore: the program will run when all of its memory has been read", StringComparison.Ordinal)
            && line.Contains("pages did not come in the last time", StringComparison.Ordinal));
        AssertWhole(next);
        next.End(143);
    }

    [LabTheory]
    [Explains("… MiB of the program's memory did not come in")]
    public void A_program_ends_when_its_images_become_unreadable(string message)
    {
        using ImageDirectory images = new();
        FirstCheckpoint(images, s_eagerly);
        using Pod pod = HeldBack(images);
        pod.WaitForLine("crik info: restored");
        foreach (string pages in Directory.EnumerateFiles(images.In("checkpoints", "1", "images"), "pages-*"))
        {
            using FileStream file = new(pages, FileMode.Open);
            file.SetLength(0);
        }

        Hurry(images);

        pod.WaitForExit(123);
        pod.AssertSaid($"crik error: {message}: criu could not bring them in");
        Assert.DoesNotContain(pod.Output, line => line.StartsWith("DAMAGED", StringComparison.Ordinal));
    }

    [LabTheory]
    [Explains("… MiB of the program's memory have not come in yet")]
    public void A_program_gets_SIGTERM_when_the_pages_do_not_arrive_within_the_grace_period(string message)
    {
        using ImageDirectory images = new();
        int last = FirstCheckpoint(images, s_eagerly);
        using (Pod pod = HeldBack(images, "--env", "CRIK_GRACE_PERIOD=4s"))
        {
            pod.WaitForLine("crik info: restored");
            pod.Kill();
            pod.WaitForSaid($"crik error: no checkpoint was made: {message}");
            Release(images); // otherwise the program may wait for the page with its signal handler
            pod.WaitForExit(7);
        }

        Assert.Equal([1], images.Generations);
        using Pod next = Pod.WithCheckpoints(images, s_lazily, s_program);
        next.AssertContinuesAfter(last);
        AssertWhole(next);
    }

    [LabTheory]
    [Explains("no lazy restore: the program will run when all of its memory has been read", "basic", "always", "because=\"criu needs the capabilities SYS_ADMIN")]
    [Explains("no lazy restore: the program will run when all of its memory has been read", "full", "auto", "because=\"it is small: ")]
    public void A_restore_reads_all_pages_first_where_lazy_pages_are_impossible_or_useless(string message, string level, string wanted, string reason)
    {
        using ImageDirectory images = new();
        string[] options = ["--level", level, "--env", $"CRIK_LAZY_PAGES={wanted}"];
        int last = FirstCheckpoint(images, options);

        using Pod next = Pod.WithCheckpoints(images, options, s_program);
        next.WaitForCount(last + 1);

        next.WaitForSaid($"{message} {reason}");
        AssertWhole(next);
        Assert.DoesNotContain(next.Errors, line => line.Contains("pages have come in", StringComparison.Ordinal));
    }

    [LabTheory]
    [Explains("no page has come in, and the program waits for those it touches")]
    public void A_warning_says_that_no_pages_arrive(string message)
    {
        using ImageDirectory images = new();
        FirstCheckpoint(images, s_eagerly);
        using Pod pod = HeldBack(images);
        pod.WaitForLine("crik info: restored");

        pod.WaitForSaid($"crik warning: {message}");
    }

    [LabTheory]
    [Explains("the lazy restore of checkpoint N failed")]
    public void A_lazy_restore_that_fails_is_followed_by_one_that_reads_all_memory_first(string message)
    {
        using ImageDirectory images = new();
        int last = FirstCheckpoint(images, s_eagerly);
        string criu = images.In("criu");
        File.WriteAllText(criu, "#!/bin/sh\n[ \"$1\" != lazy-pages ] || exit 1\nexec criu \"$@\"\n");
        File.SetUnixFileMode(criu, UnixFileMode.UserRead | UnixFileMode.UserExecute);

        using Pod next = Pod.WithCheckpoints(images, [.. s_lazily, "--env", "CRIK_CRIU_PATH=/checkpoint/criu"], s_program);

        next.AssertContinuesAfter(last);
        next.AssertSaid($"crik warning: {message}");
        AssertWhole(next);
    }

    [LabFact]
    public void A_program_that_ends_while_pages_arrive_keeps_its_exit_code()
    {
        using ImageDirectory images = new();
        FirstCheckpoint(images, s_eagerly);
        using Pod pod = Pod.WithCheckpoints(images, s_slowly, s_program);
        pod.WaitForLine("crik info: restored");
        pod.WaitFor(line => line.StartsWith("count ", StringComparison.Ordinal), "a number");

        pod.Exec("sh", "-c", "kill -TERM $(pgrep -xo python3)");

        pod.WaitForExit(7);
        Assert.Equal("Exited", (string?)JsonNode.Parse(File.ReadAllText(images.In("run.json")))!["end"]!["kind"]);
    }

    /// <returns>The last number that the program wrote.</returns>
    private static int FirstCheckpoint(ImageDirectory images, string[] options)
    {
        using Pod pod = Pod.WithCheckpoints(images, options, s_program);
        for (int index = 0; index < Processes; index++)
        {
            pod.WaitForLine($"ready {index}");
        }

        pod.End(143);
        return pod.Counted()[^1];
    }

    /// <summary>Starts a pod in which no page arrives after the restore until <see cref="Release"/>.</summary>
    private static Pod HeldBack(ImageDirectory images, params string[] more)
    {
        File.WriteAllText(images.In("hold"), "");
        return Pod.WithCheckpoints(images, [.. s_slowly, .. more], s_program);
    }

    private static void Release(ImageDirectory images) => File.Delete(images.In("hold"));

    /// <summary>Lets all pages arrive as fast as possible.</summary>
    private static void Hurry(ImageDirectory images)
    {
        File.WriteAllText(images.In("fast"), "");
        Release(images);
    }

    /// <summary>Asks every process to check all of its pages.</summary>
    private static void AssertWhole(Pod pod)
    {
        int before = pod.Output.Count(line => line.StartsWith("whole ", StringComparison.Ordinal));
        pod.Kill("USR1");
        pod.WaitUntil(() => pod.Output.Count(line => line.StartsWith("whole ", StringComparison.Ordinal)) >= before + Processes, "every process has checked its memory");
        for (int index = 0; index < Processes; index++)
        {
            Assert.Contains($"whole {index}", pod.Output);
        }

        Assert.DoesNotContain(pod.Output, line => line.StartsWith("DAMAGED", StringComparison.Ordinal));
    }
}
