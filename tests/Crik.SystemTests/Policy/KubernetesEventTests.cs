using System.Text.Json.Nodes;
using Crik.SystemTests.Nodes;

namespace Crik.SystemTests.Policy;

/// <summary>
/// Tests what docs/what-happens-when.md says, as far as no other test shows it. What the kubelet does is imitated: SIGTERM, SIGKILL, and a
/// container in the same pod or in a new one, which has another UID.
/// </summary>
public sealed class KubernetesEventTests : IDisposable
{
    /// <summary>Says when it starts, and ends with 3 at SIGTERM and at SIGUSR1.</summary>
    private static readonly string[] s_program = Programs.Shell("echo fresh; trap 'exit 3' TERM USR1; " + Programs.Count);

    private readonly ImageDirectory _images = new();
    private readonly StandInServer _server = new(StandInServer.State("ready", 1));
    private readonly string[] _samePod = ["--pod-uid", Guid.NewGuid().ToString()];

    /// <summary>Leaves time for an answer on a busy machine.</summary>
    private string[] AskingOptions =>
        ["--host-network", "--env", "KUBERNETES_NODE_NAME=node-1", "--env", $"CRIK_NODE_STATE_SERVER_URL={_server.Url}", "--env", "CRIK_NODE_STATE_TIMEOUT=7s"];

    public void Dispose()
    {
        _server.Dispose();
        _images.Dispose();
    }

    [LabFact]
    [Happens("Delete", "with a server")]
    [Happens("Eviction", "with a server")]
    [Happens("Scale down and up", "with a server")]
    [Happens("Job retry", "with a server")]
    public void SIGTERM_on_a_node_that_stays_saves_nothing_and_the_next_pod_begins_afresh()
    {
        using (Pod pod = Asking(s_program))
        {
            pod.WaitForLine("fresh");
            pod.WaitForControl();
            pod.Exec("crik", "checkpoint", "--leave-running");
            pod.WaitForSaid("checkpoint committed");
            pod.End(3);
        }

        using Pod next = Asking(s_program);
        next.WaitForLine("fresh");
        Assert.Equal([1], _images.Generations); // the one that was ordered
    }

    [LabTheory]
    [Happens("Roll-out", "with a server")]
    [InlineData("startFresh", "fresh")]
    [InlineData("restore", "crik info: restored generation=1")]
    public void A_checkpoint_that_a_roll_out_makes_on_a_node_that_stays_is_restored_only_if_whenProgramChanged_says_so(string choice, string expected)
    {
        string[] options = ["--env", "CRIK_CHECKPOINT_ON=ready", "--env", $"CRIK_WHEN_PROGRAM_CHANGED={choice}"];
        using (Pod old = Asking(s_program, [.. options, "--env", "CRIK_PROGRAM_VERSION=app:1"]))
        {
            old.WaitForCount(3);
            old.End(143);
        }

        using Pod next = Asking(s_program, [.. options, "--env", "CRIK_PROGRAM_VERSION=app:2"]);
        next.WaitForLine(expected);
        next.WaitForSaid("checkpoint 1 belongs to another program");
        Assert.Equal([1], _images.Generations);
    }

    [LabTheory]
    [Happens("Liveness probe", "with a server")]
    [InlineData("exit 3", "fresh", 3)]
    [InlineData("", "crik info: restored generation=1", 137)]
    public void A_program_that_hangs_on_a_node_that_stays_begins_afresh_or_is_restored_if_it_had_to_be_killed(string atSigterm, string expected, int code)
    {
        string[] program = Programs.Shell($"echo fresh; trap '{atSigterm}' TERM; trap 'echo hung; while :; do sleep 0.1; done' USR1; " + Programs.Count);
        _images.MakeCheckpoint([], program);
        using (Pod pod = Asking(program, _samePod))
        {
            pod.WaitForLine("crik info: restored generation=1");
            pod.Kill("USR1"); // crik passes it on
            pod.WaitForLine("hung");
            pod.Kill();
            pod.WaitForLine("crik warning: SIGTERM: no checkpoint, the program gets it");
            if (code == 137)
            {
                pod.Kill("KILL");
            }

            pod.WaitForExit(code);
        }

        using Pod next = Asking(program, _samePod);
        next.WaitForLine(expected);
        Assert.Equal([1], _images.Generations);
    }

    [LabTheory]
    [Happens("Out of memory", "without a server")]
    [Happens("Out of memory", "with a server")]
    [InlineData(false)]
    [InlineData(true)]
    public void A_program_that_uses_up_its_memory_is_restored_a_few_times_and_then_begins_afresh(bool withServer)
    {
        string[] program = Programs.Python(
            """
            import signal, time
            print('fresh', flush=True)
            memory = []
            def use_up(*_):
                while True:
                    memory.append(b'x' * (1 << 20))
            signal.signal(signal.SIGUSR1, use_up)
            n = 0
            while True:
                n += 1
                print('count', n, flush=True)
                time.sleep(0.05)
            """);
        string[] options = [.. _samePod, "--memory", "200", "--env", "CRIK_RESTORE_LIMIT=2", "--env", "CRIK_RESTORED_SIGNAL=USR1", .. withServer ? AskingOptions : []];
        _images.MakeCheckpoint([], program);
        for (int i = 0; i < 2; i++)
        {
            using Pod killed = Pod.WithCheckpoints(_images, options, program);
            killed.WaitForExit(137);
            killed.AssertSaid("crik info: restored generation=1");
        }

        using Pod pod = Pod.WithCheckpoints(_images, options, program);
        pod.WaitForLine("fresh");
        Assert.Equal([1], _images.Generations);
    }

    [LabFact]
    [Happens("Crash", "with a server")]
    [Happens("Job retry", "with a server")]
    public void A_program_that_fails_begins_afresh_whatever_the_node_does()
    {
        _images.MakeCheckpoint([], s_program);
        using (Pod failed = Asking(s_program))
        {
            failed.WaitForLine("crik info: restored generation=1");
            _server.Change(StandInServer.State("cordoned", 2));
            failed.Kill("USR1");
            failed.WaitForExit(3);
        }

        using Pod next = Asking(s_program);
        next.WaitForLine("fresh");
    }

    [LabFact]
    [Happens("Job retry", "without a server")]
    public void A_Job_continues_in_its_next_pod_after_SIGTERM_and_begins_afresh_after_a_failure()
    {
        int last = _images.MakeCheckpoint([], s_program);
        using (Pod second = Pod.WithCheckpoints(_images, [], s_program))
        {
            second.AssertContinuesAfter(last);
            second.Kill("USR1");
            second.WaitForExit(3);
        }

        using Pod third = Pod.WithCheckpoints(_images, [], s_program);
        third.WaitForLine("fresh");
    }

    [LabFact]
    [Happens("Hard eviction", "with a server")]
    public void A_pod_that_is_killed_soon_after_SIGTERM_is_restored_from_the_previous_checkpoint_although_its_node_stays()
    {
        int last = _images.MakeCheckpoint([], s_program);
        using (Pod evicted = Asking(s_program))
        {
            evicted.AssertContinuesAfter(last);
            evicted.WaitForLine("crik debug: the node state=ready");
            int asked = _server.Questions;
            evicted.Kill();
            evicted.WaitUntil(() => _server.Questions > asked, "crik asks about the node because of SIGTERM");
            evicted.Kill("KILL"); // crik still waits for news of the node, and has not passed SIGTERM on
            evicted.WaitForExit(137);
            Assert.False(evicted.HasSaid("the program gets it"), evicted.Said);
        }

        using Pod next = Asking(s_program);
        next.WaitForLine("crik info: restored generation=1");
        next.AssertContinuesAfter(last);
    }

    [LabFact]
    [Happens("Hard eviction", "with a server")]
    public void A_pod_that_ends_at_SIGTERM_within_the_moment_that_a_hard_eviction_leaves_begins_afresh()
    {
        int last = _images.MakeCheckpoint([], s_program);
        using (Pod evicted = Asking(s_program))
        {
            evicted.AssertContinuesAfter(last);
            evicted.WaitForLine("crik debug: the node state=ready");
            evicted.Kill();
            evicted.WaitForExit(3);
        }

        using Pod next = Asking(s_program);
        next.WaitForLine("fresh");
        Assert.Equal([1], _images.Generations);
    }

    [LabFact]
    [Happens("Scale down and up", "without a server")]
    public void A_program_that_was_scaled_down_three_weeks_ago_continues()
    {
        int last = _images.MakeCheckpoint([], s_program);
        JsonNode manifest = JsonNode.Parse(File.ReadAllText(_images.Manifest(1)))!;
        manifest["createdAt"] = DateTimeOffset.UtcNow.AddDays(-21).ToString("O");
        File.WriteAllText(_images.Manifest(1), manifest.ToJsonString());

        using Pod scaledUp = Pod.WithCheckpoints(_images, [], s_program);
        scaledUp.AssertContinuesAfter(last);
    }

    [LabFact]
    public void Without_imageDir_crik_is_a_plain_init_and_its_checkpoints_stay_until_it_has_one_again()
    {
        int last = _images.MakeCheckpoint([], s_program);
        using (Pod off = new(["--image-dir", _images.Path], ["crik", "run", "--", .. s_program]))
        {
            off.WaitForLine("fresh");
            off.End(3);
        }

        Assert.Equal([1], _images.Generations);
        using Pod on = Pod.WithCheckpoints(_images, [], s_program);
        on.AssertContinuesAfter(last);
    }

    private Pod Asking(string[] program, params string[] options) => Pod.WithCheckpoints(_images, [.. AskingOptions, .. options], program);
}
