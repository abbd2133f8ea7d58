namespace Crik.SystemTests.Init;

/// <summary>
/// Causes the messages that a start logs when something is missing. The program runs nevertheless, unless the
/// configuration forbids it.
/// </summary>
public sealed class StartMessageTests
{
    [LabTheory]
    [Explains("criu needs the capabilities CHECKPOINT_RESTORE and SYS_PTRACE", "--level", "none")]
    [Explains("criu needs the capability SETPCAP", "--drop", "SETPCAP")]
    [Explains("a seccomp filter is on this container", "--seccomp")]
    [Explains("… is not there or cannot be executed", "--env", "CRIK_CRIU_PATH=/nowhere/criu")]
    public void A_start_reports_what_is_missing_for_a_checkpoint(string message, params string[] options)
    {
        using ImageDirectory images = new();
        using Pod pod = Pod.WithCheckpoints(images, options, "python3", "/programs/wall.py");
        pod.WaitForCount(1);
        pod.WaitForSaid($"crik warning: no checkpoint can be made here: {message}");

        pod.End(7);
        pod.AssertSaid($"crik error: no checkpoint was made: {message}");
    }

    /// <summary>Any program that does not call ptrace(2) stands for a criu that was built in another way.</summary>
    [LabTheory]
    [Explains("crik's libraries do not reach …")]
    public void A_start_reports_a_criu_that_the_libraries_of_crik_do_not_reach(string message)
    {
        using ImageDirectory images = new();
        using Pod pod = Pod.WithCheckpoints(images, ["--env", "CRIK_CRIU_PATH=/bin/true"], "python3", "/programs/wall.py");
        pod.WaitForCount(1);

        pod.WaitForSaid($"crik warning: {message}");
        pod.End(7);
    }

    [LabTheory]
    [Explains("criu may not get the capabilities of its file")]
    public void A_start_without_root_reports_that_criu_may_not_get_the_capabilities_of_its_file(string message)
    {
        using ImageDirectory images = new();
        using Pod pod = new(
            ["--level", "nonroot", "--image-dir", images.Path],
            ["setpriv", "--no-new-privs", "crik", "run", "--image-dir", "/checkpoint", "--", "python3", "/programs/wall.py"]);
        pod.WaitForCount(1);
        pod.WaitForSaid($"crik warning: no checkpoint can be made here: {message}");

        pod.End(7);
    }

    [LabTheory]
    [Explains("checkpoint N cannot be restored here: …")]
    public void A_checkpoint_is_kept_when_the_container_lacks_the_capabilities_for_a_restore(string message)
    {
        using ImageDirectory images = new();
        images.MakeCheckpoint([], Programs.Counter, count: 1);

        using Pod pod = Pod.WithCheckpoints(images, ["--level", "none", "--env", "CRIK_WHEN_INCOMPATIBLE=fail"], Programs.Counter);

        pod.WaitForExit(123);
        pod.AssertSaid($"crik error: {message}CHECKPOINT_RESTORE and SYS_PTRACE");
        Assert.Equal([1], images.Generations);
    }

    [LabTheory]
    [Explains("checkpoint N could not be restored and was set aside by an earlier start")]
    [Explains("…, and a fresh start is forbidden by the configuration")]
    public void A_checkpoint_that_was_set_aside_still_forbids_a_fresh_start_if_the_configuration_says_so(string message)
    {
        using ImageDirectory images = new();
        Directory.CreateDirectory(images.In("failed", "3"));
        using Pod pod = Pod.WithCheckpoints(images, ["--env", "CRIK_WHEN_RESTORE_FAILS=fail"], "echo", "ran");

        pod.WaitForExit(123);
        pod.AssertSaid($"crik error: {message}");
        Assert.Empty(pod.Output);
    }
}
