using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Crik.SystemTests;

/// <summary>Programs that live on from pod to pod.</summary>
public sealed class LifeTests
{
    [LabTheory]
    [InlineData("basic")]
    [InlineData("full")]
    [InlineData("privileged")]
    [InlineData("nonroot")]
    public void Original_defects_4_and_5_a_counter_goes_on_through_four_pods_at_every_level(string level)
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
    public void A_tree_with_one_of_everything_goes_on_for_ten_generations()
    {
        using ImageDirectory images = new();
        JsonElement last = default;
        for (int generation = 1; generation <= 11; generation++)
        {
            using Pod pod = Pod.WithCheckpoints(images, ["--env", "CRIK_ADDITIONAL_PATHS=/data", "--env", "PYTHONUNBUFFERED=1"], "python3", "/programs/tree.py");
            pod.WaitUntil(() => pod.Output.Count(line => line.StartsWith('{')) >= 3, "three rounds");
            int code = pod.End();
            Assert.True(code == 143, pod.Said);
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
    public void Numbers_stay_apart_for_children_that_are_made_after_restores()
    {
        // Every round makes children that live on; their numbers must not be those that a later crik or criu needs.
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
    public void System_V_shared_memory_goes_on_at_the_full_level()
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
            int code = run.End();
            Assert.True(code == 143, run.Said);
            counted.AddRange(run.Counted());
        }

        Assert.Equal(Enumerable.Range(1, counted.Count), counted);
    }

    [LabTheory]
    [InlineData("unshare", "-m")]
    [InlineData("unshare", "-n")]
    [InlineData("unshare", "-i")]
    public void A_namespace_that_the_program_has_from_its_start_goes_along_at_the_full_level(params string[] unshare)
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
            Assert.Contains($"name {pod.Name}", output); // the new pod's file, not the old one's
        }
    }

    [LabFact]
    public void An_exit_code_after_a_restore_is_the_programs_own()
    {
        using ImageDirectory images = new();
        string[] program = Programs.Shell("trap 'exit 37' USR1; n=0; while :; do n=$((n + 1)); echo \"count $n\"; sleep 0.05; done");
        using (Pod pod = Pod.WithCheckpoints(images, [], program))
        {
            pod.WaitForCount(3);
            pod.End(143);
        }

        using Pod restored = Pod.WithCheckpoints(images, [], program);
        restored.WaitForLine("crik info: restored");
        restored.Kill("USR1");
        restored.WaitForExit(37);
    }

    [LabFact]
    public void A_restore_that_takes_long_says_how_far_it_is()
    {
        using ImageDirectory images = new();
        string[] program = ["python3", "/programs/hold.py", "100"];
        using (Pod pod = Pod.WithCheckpoints(images, [], program))
        {
            pod.WaitForCount(2);
            pod.End(143);
        }

        using Pod restored = Pod.WithCheckpoints(images, ["--env", "CRIK_CRIU_PATH=/programs/mortal-criu", "--env", "MISHAP=slow"], program);
        restored.WaitForLine("crik info: restored");
        Assert.Contains(restored.Errors, line => line.StartsWith("crik info: reading the checkpoint mib=1", StringComparison.Ordinal)
            && Regex.Match(line, "percent=([0-9]+) ").Groups[1].Value is { Length: > 0 } percent && int.Parse(percent, CultureInfo.InvariantCulture) > 90);
    }

    [LabFact]
    public void SIGTERM_during_a_restore_leaves_the_checkpoint_as_it_was()
    {
        using ImageDirectory images = new();
        string[] program = ["python3", "/programs/hold.py", "400"];
        using (Pod pod = Pod.WithCheckpoints(images, [], program))
        {
            pod.WaitForCount(2);
            pod.End(143);
        }

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

    [LabFact]
    public void A_shell_on_a_terminal_keeps_its_variables_and_its_stopped_job()
    {
        using ImageDirectory images = new();
        // It says when it runs, when it is in the foreground again, and when it was interrupted; in two parts each, for the echo of what is typed.
        // No shell: ^Z between its vfork(2) and the exec stops the child alone, and the shell waits for that.
        const string Job = "python3 -c 'import os, signal, time; signal.signal(signal.SIGCONT, lambda *_: os.write(1, b\"on\" b\"ward\\n\")); "
            + "signal.signal(signal.SIGINT, lambda *_: os.write(1, b\"bro\" b\"ken\\n\") and os._exit(130)); os.write(1, b\"in\" b\"side\\n\"); [time.sleep(0.1) for _ in iter(int, 1)]'";
        string[] first = OnTerminal(images, ("# ", "X=42"), ("# ", Job), ("inside", "\\x1a"), ("Stopped", "echo count $((1))"), ("count 1", ""));
        string[] second = OnTerminal(
            images, ("crik info: restored", "echo X is $X"), ("X is 42", "jobs"), ("Stopped", "fg"), ("onward", "\\x03"), ("broken", "echo code $?"), ("code 130", ""));

        Assert.Contains("count 1", first);
        Assert.Contains("X is 42", second);
        Assert.Contains(second, line => line.Contains("Stopped", StringComparison.Ordinal));
        Assert.Contains("code 130", second);
    }

    /// <summary>A pod with a terminal, at which somebody waits for a text, after what came before, and types a line.</summary>
    private static string[] OnTerminal(ImageDirectory images, params (string Wanted, string Typed)[] dialogue)
    {
        const string Typist =
            """
            import os, pty, sys
            dialogue, command = [part.split('\n') for part in sys.argv[1].split('\n\n')], sys.argv[2:]
            pid, terminal = pty.fork()
            if pid == 0:
                os.execvp(command[0], command)
            said = ''
            try:
                while data := os.read(terminal, 4096):
                    sys.stdout.write(data.decode()); sys.stdout.flush()
                    said += data.decode()
                    while dialogue and dialogue[0][0] in said:
                        wanted, line = dialogue.pop(0)
                        said = said.split(wanted, 1)[1]
                        os.write(terminal, {'\\x1a': b'\x1a', '\\x03': b'\x03', '': b''}.get(line, line.encode() + b'\n'))
                        if not dialogue:
                            print('\ntyped', flush=True)
            except OSError:
                pass
            sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
            """;
        using Pod pod = new(
            ["--image-dir", images.Path, "--terminal"], ["crik", "run", "--image-dir", "/checkpoint", "--", "bash", "-i"],
            ["python3", "-c", Typist, string.Join("\n\n", dialogue.Select(part => $"{part.Wanted}\n{part.Typed}"))]);
        pod.WaitForLine("typed");
        pod.End(143);
        return [.. pod.Output.Select(line => line.Trim())];
    }

    private static void CheckProgress(string first, string last, string said)
    {
        foreach (string counter in new[] { "thread", "daemon", "ticks", "alarms" })
        {
            int Number(string state) => JsonDocument.Parse(state).RootElement.GetProperty(counter).GetInt32();

            Assert.True(Number(last) > Number(first), $"{counter} stands still\n{said}");
        }
    }

    private static void Check(JsonElement state, JsonElement last, string said)
    {
        int Number(JsonElement from, string name) => from.ValueKind == JsonValueKind.Undefined ? 0 : from.GetProperty(name).GetInt32();

        int round = Number(last, "round") + 1;
        Assert.True(Number(state, "round") == round, said);
        foreach (string counter in new[] { "thread", "daemon", "ticks", "alarms" })
        {
            // Between two rounds lies a restore at times, and no 0.1 s of the program's.
            Assert.True(Number(state, counter) >= Number(last, counter), $"{counter} goes back\n{said}");
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
