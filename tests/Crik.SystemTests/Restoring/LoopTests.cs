using System.Text.Json;

namespace Crik.SystemTests.Restoring;

/// <summary>Tests that crik does not restore the same state again and again (docs/design/0027-loops.md).</summary>
public sealed class LoopTests
{
    private const string TwoTries = "CRIK_RESTORE_LIMIT=2";
    private const string GivesUp = "N restored runs in a row ended within N s, so crik gives up the state that they went on from";

    /// <summary>Counts, and hangs for ever after SIGUSR1.</summary>
    private static readonly string[] s_hangs = Programs.Shell("echo fresh; trap 'echo hung; while :; do sleep 0.1; done' USR1; " + Programs.Count);

    private readonly string[] _inOnePod = ["--pod-uid", Guid.NewGuid().ToString(), "--env", TwoTries];

    [LabTheory]
    [Happens("Liveness probe", "without a server")]
    [Explains(GivesUp)]
    public void A_program_that_hangs_and_is_restarted_by_its_probe_goes_back_to_an_older_state_and_then_starts_afresh(string message)
    {
        using ImageDirectory images = new();
        int healthy = images.MakeCheckpoint([], s_hangs);
        using (Pod pod = Pod.WithCheckpoints(images, ["--env", "CRIK_SETTLE_TIME=0s"], s_hangs))
        {
            pod.AssertContinuesAfter(healthy);
            Hang(pod);
            pod.End(143); // checkpoint 2, which has a state of its own
        }

        foreach (int hung in new[] { 2, 3 })
        {
            using Pod pod = Pod.WithCheckpoints(images, [.. _inOnePod, "--termination-log", images.In("message")], s_hangs);
            pod.WaitForLine($"crik info: restored generation={hung}");
            pod.End(143);
        }

        JsonElement last = JsonDocument.Parse(File.ReadAllText(images.In("message"))).RootElement;
        Assert.Equal(("checkpointed", 2), (last.GetProperty("crik").GetString(), last.GetProperty("earlyEnds").GetInt32()));
        Assert.Contains("gives up the state", last.GetProperty("reason").GetString(), StringComparison.Ordinal);
        Assert.Equal([1, 4], images.Generations); // keep is 2, and one of an older state is among them

        using (Pod older = Pod.WithCheckpoints(images, _inOnePod, s_hangs))
        {
            older.AssertContinuesAfter(healthy);
            older.AssertSaid(message);
            Assert.Equal([1, 4], images.Generations); // nothing was removed
            Hang(older);
            older.End(143);
        }

        using (Pod hungAgain = Pod.WithCheckpoints(images, _inOnePod, s_hangs))
        {
            hungAgain.WaitForLine("crik info: restored generation=5");
            hungAgain.End(143);
        }

        using Pod fresh = Pod.WithCheckpoints(images, _inOnePod, s_hangs);
        fresh.WaitForLine("fresh");
        fresh.AssertSaid(message);
        Assert.Contains(6, images.Generations);
    }

    [LabTheory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_program_that_is_killed_after_each_restore_starts_afresh(bool withItsContainer)
    {
        using ImageDirectory images = new();
        images.MakeCheckpoint([], s_hangs);
        for (int i = 0; i < 2; i++)
        {
            using Pod killed = Pod.WithCheckpoints(images, _inOnePod, s_hangs);
            killed.WaitForLine("crik info: restored generation=1");
            if (withItsContainer)
            {
                killed.Kill("KILL");
            }
            else
            {
                killed.Exec("sh", "-c", "kill -KILL 301"); // the first number that crik gives to a program
            }

            killed.WaitForExit(137);
        }

        using Pod pod = Pod.WithCheckpoints(images, _inOnePod, s_hangs);
        pod.WaitForLine("fresh");
        pod.AssertSaid(GivesUp);
        Assert.Equal([1], images.Generations);
    }

    [LabFact]
    public void A_program_that_crashes_after_each_restore_starts_afresh_although_restoreMode_is_always()
    {
        using ImageDirectory images = new();
        string[] program = Programs.Shell("echo fresh; trap 'exit 3' USR1; " + Programs.Count);
        string[] options = [.. _inOnePod, "--env", "CRIK_RESTORE_MODE=always", "--env", "CRIK_RESTORED_SIGNAL=USR1", "--termination-log", images.In("message")];
        images.MakeCheckpoint([], program);
        for (int i = 0; i < 2; i++)
        {
            using Pod crashes = Pod.WithCheckpoints(images, options, program);
            crashes.WaitForExit(3);
            Assert.Contains(crashes.Errors, line => line.StartsWith("crik info: restored generation=1", StringComparison.Ordinal));
            Assert.StartsWith($$"""{"crik":"exited","restoredFrom":1,"earlyEnds":{{i + 1}},"exitCode":3,"reason":""", File.ReadAllText(images.In("message")), StringComparison.Ordinal);
        }

        using Pod pod = Pod.WithCheckpoints(images, options, program);
        pod.WaitForLine("fresh");
        pod.AssertSaid(GivesUp);
    }

    [LabFact]
    [Happens("Delete", "without a server")]
    [Happens("Node lost", "without a server")]
    public void Pods_that_are_deleted_or_whose_node_is_lost_soon_after_each_restore_keep_their_state()
    {
        using ImageDirectory images = new();
        string[] options = ["--env", "CRIK_RESTORE_LIMIT=1"];
        images.RunGenerations(4, options, Programs.Counter); // every pod has another UID
        for (int i = 0; i < 3; i++)
        {
            using Pod lost = Pod.WithCheckpoints(images, options, Programs.Counter);
            lost.WaitForLine("crik info: restored generation=4");
            lost.Kill("KILL");
            lost.WaitForExit(137);
        }
    }

    [LabFact]
    public void A_restored_program_that_runs_for_settleTime_is_healthy_whatever_happens_then()
    {
        using ImageDirectory images = new();
        string[] options = [.. _inOnePod, "--env", "CRIK_SETTLE_TIME=1s"];
        images.MakeCheckpoint([], Programs.Counter);
        for (int i = 0; i < 3; i++)
        {
            using Pod killed = Pod.WithCheckpoints(images, options, Programs.Counter);
            killed.WaitForLine("crik info: restored generation=1");
            killed.WaitForLine("crik debug: the restored program has run for settleTime");
            killed.WaitUntil(() => !File.ReadAllText(images.In("run.json")).Contains("\"state\"", StringComparison.Ordinal), "the run record says that the state is healthy");
            killed.Kill("KILL");
            killed.WaitForExit(137);
        }
    }

    private static void Hang(Pod pod)
    {
        pod.Kill("USR1"); // crik passes it on
        pod.WaitForLine("hung");
    }
}
