using System.Diagnostics;

namespace Crik.SystemTests.Nodes;

/// <summary>Tests what the state of the node changes about SIGTERM.</summary>
public sealed class NodeStateTests
{
    private static readonly string[] s_program = Programs.Shell(
        "trap 'echo got TERM; exit 3' TERM; " + Programs.Count);

    /// <summary>
    /// Leaves time for an answer on a busy machine. crik allows at most a quarter of the grace period.
    /// </summary>
    private static readonly string[] s_patiently = ["--env", "CRIK_NODE_STATE_TIMEOUT=7s"];

    public static TheoryData<string?> WrongAnswers => new()
    {
        null,
        "",
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{\"name\":",
        "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n",
        "\0\0\0\0\0\0\0\0",
        StandInServer.State("ready", 1, node: "another"),
        StandInServer.State("marvellous", 1),
        StandInServer.Json("{\"name\":\"" + new string('x', 1 << 20) + "\"}"),
    };

    [LabTheory]
    [Explains("SIGTERM: no checkpoint, the program gets it")]
    public void SIGTERM_on_a_ready_node_is_forwarded_without_a_checkpoint(string message)
    {
        using ImageDirectory images = new();
        using StandInServer server = new(StandInServer.State("ready", 1));
        using Pod pod = Asking(images, server, s_patiently);
        pod.WaitForCount(3);

        pod.End(3);
        Assert.Contains("got TERM", pod.Output);
        Assert.Empty(images.Generations);
        pod.AssertSaid($"crik warning: {message}. What the program does not save by itself is lost: all its work of N s since its start, because the next start is fresh. "
            + "To have a checkpoint, set checkpointOn: [ready, … because=\"the node is ready: the test says so");
    }

    [LabFact]
    public void A_program_that_got_SIGTERM_starts_afresh_and_rollback_goes_back_to_its_newest_checkpoint_as_crik_said()
    {
        using ImageDirectory images = new();
        using StandInServer server = new(StandInServer.State("ready", 1));
        using (Pod pod = Asking(images, server, s_patiently))
        {
            pod.WaitForCount(3);
            pod.WaitForControl();
            pod.Exec("crik", "checkpoint", "--leave-running");
            pod.End(3);
            pod.AssertSaid("lost: all its work, because the next start is fresh. Only 'crik rollback 1' goes back to checkpoint 1, which is N s old");
        }

        using (Pod fresh = Asking(images, server, s_patiently))
        {
            fresh.WaitForCount(1);
            Assert.Equal(1, fresh.Counted()[0]);
            fresh.End(3);
        }

        Lab.Run(Lab.Binary, "rollback", "1", "--image-dir", images.Path);
        using Pod back = Asking(images, server, s_patiently);
        back.WaitForLine("crik info: restored generation=1");
        back.End(3);
        back.AssertSaid("Only 'crik rollback 1' goes back to checkpoint 1, from which it was restored N s ago");
    }

    [LabTheory]
    [Happens("Drain", "with a server")]
    [Happens("Spot notice", "with a server")]
    [InlineData("shutting-down")]
    [InlineData("cordoned")]
    [InlineData("gone")]
    public void SIGTERM_on_a_node_that_goes_away_makes_a_checkpoint(string state)
    {
        using ImageDirectory images = new();
        using StandInServer server = new(StandInServer.State(state, 1));
        int last;
        using (Pod pod = Asking(images, server))
        {
            pod.WaitForCount(3);
            pod.End(143);
            last = pod.Counted()[^1];
        }

        server.Change(StandInServer.State("ready", 2));
        using Pod next = Asking(images, server, s_patiently);
        next.WaitForCount(last + 2);
        Assert.Equal(last + 1, next.Counted()[0]);
        next.End(3); // the new node is ready, so that the restored program gets SIGTERM
    }

    [LabFact]
    public void A_checkpoint_that_takes_longer_than_a_node_that_shuts_down_leaves_is_given_up_for_the_program_s_own_end()
    {
        using ImageDirectory images = new();
        using StandInServer server = new(StandInServer.State("shutting-down", 1));
        string[] stopped = ["--env", "CRIK_CRIU_PATH=/programs/stopped-criu", "--env", "STOP_AT=/checkpoint/.staging-1.1/images/pages-1.img"];
        using Pod pod = Running(
            ["python3", "/programs/hold.py", "300"], images, server, ["--env", "CRIK_GRACE_PERIOD=1h", "--env", "CRIK_NODE_SHUTDOWN_GRACE_PERIOD=8s", .. stopped]);
        pod.WaitForCount(2);

        pod.End(7);

        Assert.Contains("got TERM, memory whole", pod.Output);
        pod.AssertSaid("crik info: the node shuts down, and leaves less time than gracePeriod seconds=8");
    }

    [LabTheory]
    [Happens("Eviction", "with a server")]
    [InlineData("EvictionByEvictionAPI", "[shutting-down, cordoned, gone, disrupted]", true)]
    [InlineData("EvictionByEvictionAPI", "[gone]", false)]
    [InlineData("None", "[disrupted]", false)]
    public void A_pod_that_is_evicted_from_a_ready_node_gets_a_checkpoint(string disruption, string checkpointOn, bool checkpoint)
    {
        const string Uid = "4bb6b1a8-4c1e-4a2f-9a3c-1f5d6b1a8e11";
        using ImageDirectory images = new();
        using StandInServer server = new(StandInServer.State("ready", 1));
        server.AboutPod = StandInServer.Json($$"""{"name":"node-1","state":"ready","reason":"the test says so","version":1,"disruption":"{{disruption}}"}""");
        string[] named = ["--pod-uid", Uid, "--env", "KUBERNETES_POD_NAME=web-0", "--env", "KUBERNETES_NAMESPACE=shop"];
        using Pod pod = Asking(images, server, [.. s_patiently, .. named, "--env", $"CRIK_CHECKPOINT_ON={checkpointOn.Trim('[', ']').Replace(", ", ":", StringComparison.Ordinal)}"]);
        pod.WaitForCount(3);

        pod.End(checkpoint ? 143 : 3);

        Assert.Equal(checkpoint ? [1] : [], images.Generations);
        Assert.Equal(
            checkpointOn.Contains("disrupted", StringComparison.Ordinal),
            server.Heads.Any(head => head.StartsWith($"GET /v1/nodes/node-1?pod=shop/web-0&uid={Uid} ", StringComparison.Ordinal)));
        Assert.Equal(checkpoint, pod.HasSaid("the pod is disrupted (EvictionByEvictionAPI), and the node is ready"));
    }

    [LabFact]
    public void An_answer_that_arrives_after_SIGTERM_still_counts()
    {
        using ImageDirectory images = new();
        using StandInServer server = new(StandInServer.State("ready", 1));
        using Pod pod = Asking(images, server, s_patiently);
        pod.WaitForCount(3);
        int asked = server.Requests;
        pod.Kill();
        SpinWait.SpinUntil(() => server.Requests > asked, TimeSpan.FromSeconds(20));
        server.Change(StandInServer.State("shutting-down", 2));

        pod.WaitForExit(143);
        Assert.Equal([1], images.Generations);
    }

    [LabTheory]
    [MemberData(nameof(WrongAnswers))]
    public void A_checkpoint_is_made_when_the_server_is_silent_or_answers_wrongly(string? answer)
    {
        using ImageDirectory images = new();
        using StandInServer server = new(answer);
        using Pod pod = Asking(images, server);
        pod.WaitForCount(5);

        pod.End(143);
        Assert.Equal([1], images.Generations);
        Assert.Contains(pod.Errors, line => line.Contains("the node's state is unknown", StringComparison.Ordinal));
    }

    [LabTheory]
    [Explains("the node state server … does not say how this node is", "checkpoint", 143)]
    [Explains("the node's state is unknown", "forward", 3)]
    public void WhenNodeStateUnknown_decides_when_the_server_is_down(string message, string choice, int code)
    {
        using ImageDirectory images = new();
        StandInServer server = new(null);
        server.Dispose();
        using Pod pod = new(
            ["--image-dir", images.Path, "--host-network", "--env", "KUBERNETES_NODE_NAME=node-1", "--env", "CRIK_NODE_STATE_SERVER_URL=http://127.0.0.1:1",
                "--env", $"CRIK_WHEN_NODE_STATE_UNKNOWN={choice}"],
            ["crik", "run", "--image-dir", "/checkpoint", "--", .. s_program]);
        pod.WaitForCount(3);

        pod.End(code);
        pod.AssertSaid($"{message}…Connection refused");
    }

    [LabFact]
    public void A_known_state_still_counts_when_the_server_is_gone()
    {
        using ImageDirectory images = new();
        using StandInServer server = new(StandInServer.State("shutting-down", 1));
        using Pod pod = Asking(images, server, "--env", "CRIK_WHEN_NODE_STATE_UNKNOWN=forward");
        pod.WaitFor(line => line.Contains("state=shutting-down", StringComparison.Ordinal), "state=shutting-down");
        server.Dispose();

        pod.End(143);
    }

    [LabTheory]
    [Explains("CRIK_NODE_STATE_SERVER_URL: needs the node's name")]
    public void A_missing_node_name_is_reported_at_the_start(string message)
    {
        using ImageDirectory images = new();
        using Pod pod = new(
            ["--image-dir", images.Path, "--env", "CRIK_NODE_STATE_SERVER_URL=http://127.0.0.1:1"],
            ["crik", "run", "--image-dir", "/checkpoint", "--", .. s_program]);

        pod.WaitForExit(64);
        Assert.Empty(pod.Output);
        Assert.Contains(pod.Errors, line => Explained.IsIn(message, line)
            && line.Contains("fieldPath: spec.nodeName", StringComparison.Ordinal));
    }

    [LabFact]
    [Happens("Node lost", "with a server")]
    public void A_node_warning_runs_the_hook_and_makes_a_checkpoint_for_the_case_that_the_node_is_lost()
    {
        using ImageDirectory images = new();
        using StandInServer server = new(StandInServer.State("ready", 1));
        string[] hook = ["--env", "CRIK_ON_NODE_WARNING=echo \"hook $NODE_STATE: $NODE_STATE_REASON\"", "--env", "CRIK_CHECKPOINT_ON_WARNING=true"];
        int last;
        using (Pod pod = Asking(images, server, hook))
        {
            pod.WaitForCount(3);
            server.Change(StandInServer.State("cordoned", 2));
            pod.WaitFor(line => line.Contains("checkpoint committed, the program runs on", StringComparison.Ordinal), "checkpoint committed");
            pod.WaitForCount(pod.Counted()[^1] + 5);
            Assert.Contains("hook cordoned: the test says so", pod.Output);
            Assert.Equal([1], images.Generations);
            Assert.DoesNotContain("got TERM", pod.Output);
            int[] counted = pod.Counted();
            Assert.Equal(Enumerable.Range(1, counted.Length), counted);
            pod.Kill("KILL");
            pod.WaitForExit();
            last = pod.Counted()[^1];
        }

        using Pod next = Asking(images, server);
        next.WaitFor(line => line.StartsWith("count ", StringComparison.Ordinal), "a number");
        Assert.InRange(next.Counted()[0], 3, last);
        next.End(143);
        Assert.Equal([1, 2], images.Generations);
    }

    [LabTheory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_server_is_asked_over_TLS_and_believed_if_the_authority_has_signed_its_certificate(bool hasSigned)
    {
        using ImageDirectory images = new();
        using TestAuthority authority = new(), other = new();
        File.WriteAllText(Path.Combine(images.Path, "ca.crt"), authority.Pem);
        using TlsServer server = new((hasSigned ? authority : other).Issue("127.0.0.1"), StandInServer.State("shutting-down", 1));
        using Pod pod = Pod.WithCheckpoints(
            images,
            [
                "--host-network", "--env", "KUBERNETES_NODE_NAME=node-1", "--env", $"CRIK_NODE_STATE_SERVER_URL=https://127.0.0.1:{server.Port}",
                "--env", "CRIK_NODE_STATE_SERVER_CA_FILE=/checkpoint/ca.crt", "--env", "CRIK_WHEN_NODE_STATE_UNKNOWN=forward", .. s_patiently,
            ],
            s_program);
        pod.WaitForCount(3);

        pod.End(hasSigned ? 143 : 3);

        Assert.Equal(hasSigned ? [1] : [], images.Generations);
        Assert.Equal(hasSigned, !pod.HasSaid("its certificate is not good: The certificate issuer is unknown"));
    }

    [LabFact]
    public void Replicas_that_disagree_cause_one_hook_and_one_checkpoint_and_the_warning_counts_at_SIGTERM()
    {
        using ImageDirectory images = new();
        using StandInServer server = new(StandInServer.State("ready", 1)) { OtherReplica = StandInServer.State("shutting-down", 2) };
        string[] hook = ["--env", "CRIK_ON_NODE_WARNING=echo hook", "--env", "CRIK_CHECKPOINT_ON_WARNING=true"];
        Stopwatch clock = Stopwatch.StartNew();
        using Pod pod = Asking(images, server, hook);
        pod.WaitUntil(() => server.Requests >= 10, "ten requests");

        Assert.InRange(clock.Elapsed, TimeSpan.FromSeconds(17), TimeSpan.FromMinutes(5)); // two seconds between two requests
        Assert.Equal([1], images.Generations);
        Assert.Single(pod.Output, line => line == "hook");
        pod.WaitUntil(() => server.Requests % 2 == 1, "crik heard last that the node is ready");
        pod.End(143);
        Assert.Equal([1, 2], images.Generations);
    }

    [LabFact]
    public void A_tree_that_keeps_running_after_checkpoints_is_undamaged_and_so_is_the_restored_one()
    {
        using ImageDirectory images = new();
        using StandInServer server = new(StandInServer.State("ready", 1));
        string[] options = ["--env", "CRIK_CHECKPOINT_ON_WARNING=true", "--env", "CRIK_ADDITIONAL_PATHS=/data"];
        string[] tree = ["python3", "/programs/tree.py"];
        using (Pod pod = Running(tree, images, server, options))
        {
            for (int episode = 0; episode < 3; episode++)
            {
                WaitForRounds(pod, 2);
                if (episode == 0)
                {
                    server.Change(StandInServer.State("cordoned", 2));
                }
                else
                {
                    pod.Exec("crik", "checkpoint", "--leave-running");
                }

                int wanted = episode + 1;
                pod.WaitFor(line => line.Contains($"runs on generation={wanted}", StringComparison.Ordinal), $"generation {wanted}");
            }

            WaitForRounds(pod, 3);
            pod.Kill("KILL");
            pod.WaitForExit();
        }

        using Pod next = Running(tree, images, server, options);
        next.WaitForLine("crik info: restored");
        WaitForRounds(next, 3);
        Assert.DoesNotContain(next.Output, line => line.Contains("\"watch\": false", StringComparison.Ordinal));
    }

    [LabFact]
    public void SIGTERM_during_a_checkpoint_on_a_warning_makes_its_own_checkpoint()
    {
        using ImageDirectory images = new();
        using StandInServer server = new(StandInServer.State("ready", 1));
        string[] program = ["python3", "/programs/hold.py", "300"];
        string[] stopped = ["--env", "CRIK_CRIU_PATH=/programs/stopped-criu", "--env", "STOP_AT=/checkpoint/.staging-1.1/images/pages-1.img"];
        int last;
        using (Pod pod = Running(program, images, server, ["--env", "CRIK_CHECKPOINT_ON_WARNING=true", .. stopped]))
        {
            pod.WaitForCount(2);
            server.Change(StandInServer.State("shutting-down", 2));
            pod.WaitForStoppedCriu();
            pod.End(143);
            last = pod.Counted()[^1];
            Assert.Contains(pod.Errors, line => line.Contains("SIGTERM came", StringComparison.Ordinal));
        }

        Assert.Single(images.Generations);
        server.Change(StandInServer.State("ready", 3));
        using Pod next = Running(program, images, server, ["--env", "CRIK_WHEN_PROGRAM_CHANGED=restore"]); // STOP_AT is gone
        next.AssertContinuesAfter(last);
    }

    private static Pod Asking(ImageDirectory images, StandInServer server, params string[] options) => Running(s_program, images, server, options);

    private static Pod Running(string[] program, ImageDirectory images, StandInServer server, string[] options) => Pod.WithCheckpoints(
        images, ["--host-network", "--env", "KUBERNETES_NODE_NAME=node-1", "--env", $"CRIK_NODE_STATE_SERVER_URL={server.Url}", .. options], program);

    private static void WaitForRounds(Pod pod, int more)
    {
        int now = pod.Output.Count(line => line.StartsWith('{'));
        pod.WaitUntil(() => pod.Output.Count(line => line.StartsWith('{')) >= now + more, $"{more} more rounds");
    }
}
