using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Crik.SystemTests.Restoring;

/// <summary>Tests programs that continue from pod to pod.</summary>
public sealed class GenerationTests
{
    [LabTheory]
    [InlineData("basic")]
    [InlineData("full")]
    [InlineData("privileged")]
    [InlineData("nonroot")]
    public void A_counter_continues_through_four_pods_at_every_level(string level)
    {
        using ImageDirectory images = new();
        List<int> counted = [];
        for (int pod = 0; pod < 4; pod++)
        {
            using Pod run = Pod.WithCheckpoints(images, ["--level", level], Programs.Counter);
            run.WaitForCount(counted.LastOrDefault() + 5);
            run.End(143);
            counted.AddRange(run.Counted());
        }

        Assert.Equal(Enumerable.Range(1, counted.Count), counted);
    }

    [LabFact]
    public void A_tree_with_one_of_everything_continues_for_ten_generations()
    {
        using ImageDirectory images = new();
        JsonElement last = default;
        for (int generation = 1; generation <= 11; generation++)
        {
            using Pod pod = Pod.WithCheckpoints(images, ["--env", "CRIK_ADDITIONAL_PATHS=/data", "--env", "PYTHONUNBUFFERED=1"], "python3", "/programs/tree.py");
            pod.WaitUntil(() => pod.Output.Count(line => line.StartsWith('{')) >= 3, "three rounds of the program");
            pod.End(143);
            string[] rounds = [.. pod.Output.Where(line => line.StartsWith('{'))];
            CheckProgress(rounds[0], rounds[^1], pod.Said);
            foreach (string line in rounds)
            {
                JsonElement state = JsonDocument.Parse(line).RootElement;
                Check(state, last, pod.Said);
                last = state;
            }

            Assert.True(images.Generations[^1] == generation, pod.Said);
        }
    }

    [LabFact]
    public void Children_that_start_after_a_restore_do_not_take_PIDs_that_the_next_restore_needs()
    {
        // Every round starts a child that stays. Its PID must not be one that a later crik or criu needs.
        string[] program = Programs.Shell("n=0; while :; do n=$((n + 1)); sleep 1000 & echo \"count $n\"; sleep 0.1; done");
        using ImageDirectory images = new();
        List<int> counted = [];
        for (int pod = 0; pod < 5; pod++)
        {
            using Pod run = Pod.WithCheckpoints(images, [], program);
            run.WaitForCount(counted.LastOrDefault() + 4);
            run.End(143);
            counted.AddRange(run.Counted());
        }

        Assert.Equal(Enumerable.Range(1, counted.Count), counted);
        Assert.Empty(images.Failed);
    }

    [LabFact]
    public void System_V_shared_memory_continues_at_the_full_level()
    {
        string[] program = Programs.Python(
            """
            import ctypes, time
            libc = ctypes.CDLL(None)
            libc.shmat.restype = ctypes.c_void_p
            at = libc.shmat(libc.shmget(4711, 4096, 0o1600), None, 0)
            cell = ctypes.c_long.from_address(at)
            while True:
                cell.value += 1
                print('count', cell.value, flush=True)
                time.sleep(0.05)
            """);
        using ImageDirectory images = new();
        List<int> counted = [];
        for (int pod = 0; pod < 2; pod++)
        {
            using Pod run = Pod.WithCheckpoints(images, ["--level", "full"], program);
            run.WaitForCount(counted.LastOrDefault() + 5);
            run.End(143);
            counted.AddRange(run.Counted());
        }

        Assert.Equal(Enumerable.Range(1, counted.Count), counted);
    }

    [LabTheory]
    [InlineData("basic", "python3", "/programs/waits.py")]
    [InlineData("full", "python3", "/programs/waits.py", "semaphore")]
    public void No_waiting_system_call_ends_because_of_a_restore(string level, params string[] program)
    {
        using ImageDirectory images = new();
        int last = 0;
        for (int i = 0; i < 3; i++)
        {
            using Pod pod = Pod.WithCheckpoints(images, ["--level", level], program);
            pod.WaitForCount(last + 3);
            pod.End(143);
            Assert.Equal(last + 1, pod.Counted()[0]);
            last = pod.Counted()[^1];
            Assert.DoesNotContain(pod.Output, line => line.Contains(" ended with ", StringComparison.Ordinal));
        }
    }

    [LabFact]
    public void A_signal_that_waits_for_its_handler_still_interrupts_a_system_call()
    {
        string[] program = Programs.Python(
            """
            import ctypes, os, signal, time
            signal.signal(signal.SIGUSR1, lambda *_: None)
            libc = ctypes.CDLL(None, use_errno=True)
            print('pid', os.getpid(), flush=True)
            print('poll', libc.poll(None, 0, 10**6), os.strerror(ctypes.get_errno()), flush=True)
            time.sleep(1000)
            """);
        using ImageDirectory images = new();
        string pid;
        using (Pod pod = Pod.WithCheckpoints(images, [], program))
        {
            pod.WaitForLine("pid ");
            pid = pod.Output[0].Split(' ')[1];

            // The signal comes while the program is stopped in poll, which has the number 7.
            pod.Exec("timeout", "100", "sh", "-c", $"cd /proc/{pid}; until grep -q '^7 ' syscall; do :; done; kill -STOP {pid}; until grep -q '(stopped)' status; do :; done; kill -USR1 {pid}");
            pod.End(143);
        }

        using Pod restored = Pod.WithCheckpoints(images, [], program);
        restored.WaitForLine("crik info: restored");
        restored.Exec("kill", "-CONT", pid);
        restored.WaitForLine("poll -1 Interrupted system call");
    }

    [LabTheory]
    [InlineData("basic")]
    [InlineData("full")]
    [InlineData("privileged")] // with the capability SYS_NICE, so that crik can set the timer slack of others
    [InlineData("nonroot")]
    public void Processes_and_threads_keep_their_traits(string level)
    {
        using ImageDirectory images = new();
        string[] first = [];
        for (int i = 0; i < 3; i++)
        {
            using Pod pod = Pod.WithCheckpoints(images, ["--level", level], "python3", "/programs/traits.py", level);
            string[] Traits() => [.. pod.Output.Where(line => line.StartsWith("traits ", StringComparison.Ordinal)).Distinct().Order(StringComparer.Ordinal)];
            pod.WaitUntil(() => Traits().Length >= 3, "a line of each thread");
            pod.WaitForCount(1);
            pod.End(143);
            first = i == 0 ? Traits() : first;
            Assert.Equal(first, Traits());
            Assert.DoesNotContain(pod.Errors, line => line.StartsWith("crik warning: restored processes", StringComparison.Ordinal));
        }
    }

    [LabTheory]
    [InlineData("unshare", "-m")]
    [InlineData("unshare", "-n")]
    [InlineData("unshare", "-i")]
    public void A_namespace_that_the_program_starts_in_is_restored_at_the_full_level(params string[] unshare)
    {
        const string Script = "mounts() { :; }; if [ $0 = -m ]; then mount -t tmpfs its-own /mnt; mounts() { wc -l </proc/self/mountinfo; }; fi; echo here >/mnt/file; n=0; "
            + "while :; do n=$((n + 1)); echo \"mounts $(mounts) $(cat /mnt/file)\"; echo \"name $(cat /etc/hostname)\"; echo \"count $n\"; sleep 0.05; done";
        string[] program = [.. unshare, "sh", "-c", Script, unshare[1]];
        using ImageDirectory images = new();
        string? mounts = null;
        int last = 0;
        for (int i = 0; i < 3; i++)
        {
            using Pod pod = Pod.WithCheckpoints(images, ["--level", "full"], program);
            pod.WaitForCount(last + 3);
            pod.End(143);
            string[] output = pod.Output;
            Assert.Equal(last + 1, pod.Counted()[0]);
            last = pod.Counted()[^1];
            string[] states = [.. output.Where(line => line.StartsWith("mounts ", StringComparison.Ordinal)).Distinct()];
            Assert.EndsWith(" here", Assert.Single(states), StringComparison.Ordinal);
            Assert.Equal(mounts ?? states[0], states[0]);
            mounts = states[0];
            Assert.Contains($"name {pod.Name}", output); // the file of the new pod
        }
    }

    [LabFact]
    public void The_exit_code_of_a_restored_program_is_passed_on()
    {
        using ImageDirectory images = new();
        string[] program = Programs.Shell("trap 'exit 37' USR1; " + Programs.Count);
        images.MakeCheckpoint([], program);

        using Pod restored = Pod.WithCheckpoints(images, [], program);
        restored.WaitForLine("crik info: restored");
        restored.Kill("USR1");
        restored.WaitForExit(37);
    }

    [LabFact]
    public void A_long_restore_reports_its_progress()
    {
        using ImageDirectory images = new();
        string[] program = ["python3", "/programs/hold.py", "100"];
        images.MakeCheckpoint([], program, count: 2);

        using Pod restored = Pod.WithCheckpoints(images, ["--env", "CRIK_CRIU_PATH=/programs/mortal-criu", "--env", "MISHAP=slow", "--env", "CRIK_WHEN_PROGRAM_CHANGED=restore"], program);
        restored.WaitForLine("crik info: restored");
        Assert.Contains(restored.Errors, line => line.StartsWith("crik info: reading the checkpoint mib=1", StringComparison.Ordinal)
            && Regex.Match(line, "percent=([0-9]+) ").Groups[1].Value is { Length: > 0 } percent && int.Parse(percent, CultureInfo.InvariantCulture) > 90);
    }

    [LabFact]
    public void SIGTERM_during_a_restore_keeps_the_checkpoint()
    {
        using ImageDirectory images = new();
        string[] program = ["python3", "/programs/hold.py", "400"];
        images.MakeCheckpoint([], program, count: 2);

        using (Pod interrupted = Pod.WithCheckpoints(images, [], program))
        {
            interrupted.WaitForLine("crik info: restoring");
            interrupted.End(143);
        }

        using Pod restored = Pod.WithCheckpoints(images, [], program);
        restored.WaitForLine("crik info: restored");
        restored.WaitForCount(3);
        Assert.Empty(images.Failed);
    }

    private static void CheckProgress(string first, string last, string said)
    {
        foreach (string counter in new[] { "thread", "daemon", "ticks", "alarms" })
        {
            int Number(string state) => JsonDocument.Parse(state).RootElement.GetProperty(counter).GetInt32();

            Assert.True(Number(last) > Number(first), $"{counter} does not increase\n{said}");
        }
    }

    private static void Check(JsonElement state, JsonElement last, string said)
    {
        int Number(JsonElement from, string name) => from.ValueKind == JsonValueKind.Undefined ? 0 : from.GetProperty(name).GetInt32();

        int round = Number(last, "round") + 1;
        Assert.True(Number(state, "round") == round, said);
        foreach (string counter in new[] { "thread", "daemon", "ticks", "alarms" })
        {
            // A restore may lie between two rounds, and then the counters may not have changed.
            Assert.True(Number(state, counter) >= Number(last, counter), $"{counter} decreases\n{said}");
        }

        Assert.Equal("cba", state.GetProperty("answer").GetString());
        Assert.Equal(".", state.GetProperty("pipe").GetString());
        Assert.Equal($"line {round}", state.GetProperty("shell").GetString());
        Assert.Equal("still here", state.GetProperty("gone").GetString());
        Assert.Equal(round, Number(state, "log"));
        Assert.Equal(round, Number(state, "event"));
        Assert.True(state.GetProperty("watch").GetBoolean(), said);
        Assert.Contains("to the slave", state.GetProperty("slave").GetString(), StringComparison.Ordinal);
        Assert.True(state.GetProperty("flock").GetBoolean() && state.GetProperty("lockf").GetBoolean(), said);
        Assert.True(state.GetProperty("sid").GetBoolean(), said);
        Assert.True(state.GetProperty("polled").GetBoolean() && state.GetProperty("connected").GetBoolean(), said);
        if (last.ValueKind != JsonValueKind.Undefined)
        {
            Assert.Equal(last.GetProperty("pids").GetRawText(), state.GetProperty("pids").GetRawText());
        }
    }
}
