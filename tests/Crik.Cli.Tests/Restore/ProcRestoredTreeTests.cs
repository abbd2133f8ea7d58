using System.Diagnostics;
using System.Globalization;
using Crik.Linux;
using Crik.Restore;
using Crik.Store;
using Crik.Tests.Init;
using Crik.Tests.Store;

namespace Crik.Tests.Restore;

/// <summary>Tests which processes are ended after a failed restore. The process of the tests stands in for crik, and its children for the processes of the pod.</summary>
public sealed class ProcRestoredTreeTests
{
    private readonly ProcRestoredTree _tree = new(new ScriptedInit());

    [Fact]
    public void A_process_that_was_there_before_the_attempt_is_not_ended_although_the_checkpoint_names_its_number()
    {
        using Process sleep = Process.Start("sleep", "1000");
        try
        {
            _tree.NoteOthers();

            Assert.True(_tree.TryEndRemains(Naming(sleep), ScriptedInit.NobodysPid));
            Assert.False(ProcFs.IsEnding(sleep.Id));
        }
        finally
        {
            sleep.Kill();
        }
    }

    [Fact]
    public void A_process_that_came_with_the_attempt_is_ended_and_one_that_was_there_before_lives()
    {
        using Process before = Process.Start("sleep", "1000");
        _tree.NoteOthers();
        using Process since = Process.Start("sleep", "1000");
        try
        {
            Assert.False(_tree.TryEndRemains(Naming(before, since), ScriptedInit.NobodysPid));

            since.WaitForExit();
            Assert.Equal(128 + Signal.SIGKILL, since.ExitCode);
            Assert.True(_tree.TryEndRemains(Naming(before, since), ScriptedInit.NobodysPid));
            Assert.False(ProcFs.IsEnding(before.Id));
        }
        finally
        {
            before.Kill();
            since.Kill();
        }
    }

    [Fact]
    public void A_helper_of_criu_in_the_session_of_the_tree_is_ended()
    {
        _tree.NoteOthers();
        using Process root = Process.Start(new ProcessStartInfo("setsid", ["sh", "-c", "sleep 1000 & echo $!; exec sleep 1000"]) { RedirectStandardOutput = true })!;
        int helper = int.Parse(root.StandardOutput.ReadLine()!, CultureInfo.InvariantCulture);
        try
        {
            _tree.TryEndRemains(Naming(root), ScriptedInit.NobodysPid);

            Assert.True(SpinWait.SpinUntil(() => ProcFs.IsEnding(helper), TimeSpan.FromSeconds(20)));
        }
        finally
        {
            Libc.SendSignal(helper, Signal.SIGKILL);
            root.Kill();
        }
    }

    [Fact]
    public void A_process_that_the_checkpoint_does_not_name_lives()
    {
        _tree.NoteOthers();
        using Process hook = Process.Start("sleep", "1000");
        try
        {
            Assert.True(_tree.TryEndRemains(Naming(), ScriptedInit.NobodysPid));
            Assert.False(ProcFs.IsEnding(hook.Id));
        }
        finally
        {
            hook.Kill();
        }
    }

    private static CheckpointManifest Naming(params Process[] processes) =>
        CheckpointFixture.Manifest(1, "app", []) with { Pids = [.. processes.Select(process => process.Id)] };
}
