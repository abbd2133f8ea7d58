using System.Diagnostics;
using Crik.Criu;
using Crik.Linux;

namespace Crik.Tests.Criu;

public sealed class FrozenTreeTests
{
    [Fact]
    public void A_task_that_job_control_had_stopped_stays_stopped_when_the_tree_runs_on()
    {
        using Process stopped = Process.Start("sleep", "1000");
        using Process running = Process.Start("sleep", "1000");
        try
        {
            int[] all = [stopped.Id, running.Id];
            FrozenTree tree = new() { Tasks = all, Living = all, Pids = all, Stopped = [stopped.Id] };
            tree.TryHold();
            Assert.True(SpinWait.SpinUntil(() => Array.TrueForAll(all, HasStopped), TimeSpan.FromSeconds(20)));

            tree.LetGo();

            Assert.True(SpinWait.SpinUntil(() => !HasStopped(running.Id), TimeSpan.FromSeconds(20)));
            Assert.True(HasStopped(stopped.Id));
        }
        finally
        {
            stopped.Kill();
            running.Kill();
        }
    }

    private static bool HasStopped(int pid) => ProcFs.State($"/proc/{pid}/stat") == 'T';
}
