namespace Crik.SystemTests;

/// <summary>Messages at the start: what is missing is said before it is wanted, and the program runs all the same.</summary>
public sealed class ExplainedStartTests
{
    [LabTheory]
    [Explains("criu needs the capabilities CHECKPOINT_RESTORE and SYS_PTRACE", "--level", "none")]
    [Explains("criu needs the capability SETPCAP", "--drop", "SETPCAP")]
    [Explains("a seccomp filter is on this container", "--seccomp")]
    [Explains("… is not there or cannot be executed", "--env", "CRIK_CRIU_PATH=/nowhere/criu")]
    public void What_is_missing_for_a_checkpoint_is_said_at_the_start(string message, params string[] options)
    {
        using ImageDirectory images = new();
        using Pod pod = Pod.WithCheckpoints(images, options, "python3", "/programs/wall.py");
        pod.WaitForCount(1);
        pod.WaitForSaid($"crik warning: no checkpoint can be made here: {message}");

        pod.End(7);
        pod.AssertSaid($"crik error: no checkpoint was made: {message}");
    }

    [LabTheory]
    [Explains("criu may not get the capabilities of its file")]
    public void Without_root_criu_has_to_be_allowed_the_capabilities_of_its_file(string message)
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
    public void A_container_that_lacks_what_a_restore_takes_leaves_the_checkpoint_alone(string message)
    {
        using ImageDirectory images = new();
        using (Pod first = Pod.WithCheckpoints(images, [], Programs.Counter))
        {
            first.WaitForCount(1);
            first.End(143);
        }

        using Pod pod = Pod.WithCheckpoints(images, ["--level", "none", "--env", "CRIK_WHEN_INCOMPATIBLE=fail"], Programs.Counter);

        pod.WaitForExit(123);
        pod.AssertSaid($"crik error: {message}CHECKPOINT_RESTORE and SYS_PTRACE");
        Assert.Equal([1], images.Generations);
    }

    [LabTheory]
    [Explains("checkpoint N could not be restored and was set aside by an earlier start")]
    public void A_checkpoint_that_was_set_aside_still_forbids_a_fresh_start_where_that_is_wished(string message)
    {
        using ImageDirectory images = new();
        Directory.CreateDirectory(images.In("failed", "3"));
        using Pod pod = Pod.WithCheckpoints(images, ["--env", "CRIK_WHEN_RESTORE_FAILS=fail"], "echo", "ran");

        pod.WaitForExit(123);
        pod.AssertSaid($"crik error: {message}");
        Assert.Empty(pod.Output);
    }
}
