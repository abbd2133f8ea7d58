namespace Crik.SystemTests;

/// <summary>Signals and ends that take more than one pod, a terminal, or a crik that is not PID 1.</summary>
public sealed class SignalTests
{
    private const string Count = "n=0; while :; do n=$((n + 1)); echo \"count $n\"; sleep 0.05; done";

    /// <summary>A terminal of so many rows, and on standard input the keys that are pressed there.</summary>
    private const string Keyboard =
        """
        import fcntl, os, pty, signal, struct, sys, termios, threading, time
        def resize(terminal, rows):
            fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack('HHHH', int(rows), 77, 0, 0))
        rows, _, later = sys.argv[1].partition(' after ')
        pid, master = pty.fork()
        if pid == 0:
            if not later:
                resize(0, rows)
            os.execvp(sys.argv[2], sys.argv[2:])
        if later:
            time.sleep(float(later) / 1000)
            resize(master, rows)
        def press():
            for line in sys.stdin:
                if line.startswith('rows '):
                    resize(master, line[5:])
                else:
                    os.write(master, line.rstrip('\n').encode().decode('unicode_escape').encode())
        threading.Thread(target=press, daemon=True).start()
        try:
            while data := os.read(master, 4096):
                sys.stdout.write(data.decode().replace('\r', '')); sys.stdout.flush()
        except OSError:
            pass
        sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
        """;

    [LabFact]
    public void All_256_exit_codes_are_passed_on_with_an_image_directory_too()
    {
        using Pod pod = new(["--tmpfs", "/tmp:64m"], Programs.Shell( // a thousand syncs, which a busy disk takes a second for each
            "for i in $(seq 0 255); do crik run --image-dir /tmp/images -- sh -c \"exit $i\" 2>/dev/null; echo \"code $i $?\"; done"));

        pod.WaitForExit(0);

        Assert.Equal(Enumerable.Range(0, 256).Select(code => $"code {code} {code}"), pod.Output);
    }

    [LabTheory]
    [InlineData("exit 0", 0)]
    [InlineData("exit 255", 255)]
    [InlineData("kill -SEGV $$", 139)]
    [InlineData("kill -RTMAX $$", 192)]
    public void How_a_restored_program_ends_is_passed_on(string end, int code)
    {
        using ImageDirectory images = new();
        string[] program = Programs.Shell($"trap '{end}' USR1; {Count}");
        Make(images, program);

        using Pod restored = Pod.WithCheckpoints(images, [], program);
        restored.WaitForLine("crik info: restored");
        restored.Kill("USR1");

        restored.WaitForExit(code);
    }

    [LabFact]
    public void A_program_killed_for_its_memory_goes_back_to_its_checkpoint()
    {
        using ImageDirectory images = new();
        string[] program = Programs.Shell($"echo \"self $$\"; {Count}");
        int last = Make(images, program);
        using (Pod killed = Pod.WithCheckpoints(images, [], program))
        {
            killed.WaitForCount(last + 2);
            killed.Exec("sh", "-c", "kill -KILL $(cat /proc/1/task/1/children)");
            killed.WaitForExit(137);
        }

        using Pod pod = Pod.WithCheckpoints(images, [], program);
        pod.WaitForCount(1);

        Assert.Equal(last + 1, pod.Counted()[0]);
    }

    [LabFact]
    public void Orphans_of_a_restored_tree_are_reaped()
    {
        // The parents are gone before the checkpoint; their children end after the restore.
        string[] program = Programs.Shell(
            "for i in $(seq 10); do (sh -c 'while [ ! -e /checkpoint/go ]; do sleep 0.1; done' & ); done; trap 'echo zombies $(grep -l ^State:.Z /proc/[0-9]*/status 2>/dev/null | wc -l)' USR1; "
            + Count);
        using ImageDirectory images = new();
        int last = Make(images, program);
        using Pod pod = Pod.WithCheckpoints(images, [], program);
        pod.WaitForCount(last + 1);
        File.WriteAllText(images.In("go"), "");
        pod.Exec("timeout", "100", "sh", "-c", @"while pgrep -fx 'sh -c while \[ .*' >/dev/null; do sleep 0.1; done"); // a zombie has no command line

        // One that has just ended is a zombie for a moment, one that nobody waits for is one for good.
        for (int looks = 0; looks < 100 && !pod.Output.Contains("zombies 0"); looks++)
        {
            int before = Looks(pod);
            pod.Kill("USR1");
            pod.WaitUntil(() => Looks(pod) > before, "a look at the zombies");
        }

        Assert.Contains("zombies 0", pod.Output);

        static int Looks(Pod pod) => pod.Output.Count(line => line.StartsWith("zombies", StringComparison.Ordinal));
    }

    [LabFact]
    public void A_crik_that_is_not_the_first_process_does_all_the_same()
    {
        // A shell is PID 1, as in an image with an entry point script that does not exec.
        string[] program = ["sh", "-c", $"trap : TERM; crik run --image-dir /checkpoint -- sh -c '{Count}' & crik=$!; trap 'kill -TERM $crik' TERM; while wait $crik; code=$?; kill -0 $crik 2>/dev/null; do :; done; echo code $code"];
        using ImageDirectory images = new();
        int last = 0;
        for (int i = 0; i < 3; i++)
        {
            using Pod pod = new(["--image-dir", images.Path], program);
            pod.WaitForCount(last + 3);
            pod.End();
            Assert.Contains("code 143", pod.Output);
            Assert.Equal(Enumerable.Range(last + 1, pod.Counted().Length), pod.Counted());
            last = pod.Counted()[^1];
        }
    }

    [LabTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void Keys_and_job_control_of_a_terminal_reach_the_program(bool checkpoints)
    {
        string[] program = ["python3", "/programs/keys.py"];
        string[] crik = checkpoints ? ["crik", "run", "--image-dir", "/checkpoint", "--"] : ["crik", "run", "--"];
        using ImageDirectory images = new();
        for (int i = 0; i < (checkpoints ? 3 : 1); i++)
        {
            using Pod pod = new(["--terminal", "--image-dir", images.Path], [.. crik, .. program], ["python3", "-c", Keyboard, $"{20 + i}"]);
            pod.WaitForLine("count");
            foreach ((string key, string expected) in new[] { ("\\x03", "got SIGINT"), ("\\x1c", "got SIGQUIT"), ("\\x1a", "got SIGTSTP"), ("hello\\n", "read hello"), ($"rows {30 + i}", $"got SIGWINCH {30 + i} 77") })
            {
                pod.Input.WriteLine(key);
                pod.WaitFor(line => line.Contains(expected, StringComparison.Ordinal), expected);
            }

            if (checkpoints)
            {
                pod.End(143);
            }
        }
    }

    [LabFact]
    public void A_restored_program_has_the_new_terminals_size()
    {
        using ImageDirectory images = new();
        for (int rows = 20; rows < 23; rows++)
        {
            using Pod pod = OnATerminal(images, $"{rows}");
            AskForItsSize(pod);
            Assert.Contains($"size {rows} 77", pod.Output);
            pod.End(143);
        }
    }

    [LabFact]
    public void A_terminal_that_gets_its_size_while_criu_restores_keeps_it()
    {
        using ImageDirectory images = new();
        for (int milliseconds = 0; milliseconds < 100; milliseconds += 10)
        {
            using Pod pod = OnATerminal(images, milliseconds == 0 ? "20" : $"{20 + milliseconds} after {milliseconds}");
            AskForItsSize(pod);
            Assert.Contains($"size {20 + milliseconds} 77", pod.Output);
            Assert.Equal(milliseconds > 0, pod.Output.Contains($"got SIGWINCH {20 + milliseconds} 77"));
            pod.End(143);
        }
    }

    [LabFact]
    public void A_program_whose_terminal_is_as_large_as_before_hears_nothing()
    {
        // httpd for one ends at SIGWINCH.
        using ImageDirectory images = new();
        for (int i = 0; i < 2; i++)
        {
            using Pod pod = OnATerminal(images, "20");
            AskForItsSize(pod);
            Assert.DoesNotContain(pod.Output, line => line.Contains("SIGWINCH", StringComparison.Ordinal));
            pod.End(143);
        }
    }

    [LabFact]
    public void SIGSTOP_and_SIGCONT_are_the_trees_own()
    {
        // A child that is stopped stays so, through a checkpoint, and goes on when it is told to.
        string[] program = Programs.Shell(
            $"sh -c 'while :; do echo child; sleep 0.05; done' & child=$!; sleep 0.3; kill -STOP $child; trap 'kill -CONT $child' USR1; {Count}");
        using ImageDirectory images = new();
        int last = Make(images, program);
        using Pod pod = Pod.WithCheckpoints(images, [], program);
        pod.WaitForCount(last + 5);
        Assert.DoesNotContain("child", pod.Output);

        pod.Kill("USR1");
        pod.WaitForLine("child");

        pod.End(143);
    }

    [LabFact]
    public void A_zombie_in_the_tree_stays_for_its_parent_to_wait_for()
    {
        string[] program = Programs.Python(
            """
            import os, signal, time
            child = os.fork()
            if child == 0:
                os._exit(42)
            signal.signal(signal.SIGUSR1, lambda *_: os.write(1, b'child ended with %d\n' % os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])))
            n = 0
            while True:
                n += 1
                print('count', n, flush=True)
                time.sleep(0.05)
            """);
        using ImageDirectory images = new();
        int last = Make(images, program);
        using Pod pod = Pod.WithCheckpoints(images, [], program);
        pod.WaitForCount(last + 1);
        pod.Kill("USR1");

        pod.WaitForLine("child ended with 42");
    }

    [LabFact]
    public void SIGTERM_while_it_waits_for_the_image_directory_ends_it_with_nothing_started()
    {
        using ImageDirectory images = new();
        using Pod holder = Pod.WithCheckpoints(images, [], Programs.Counter);
        holder.WaitForCount(1);
        using Pod waiting = Pod.WithCheckpoints(images, [], Programs.Counter);
        waiting.WaitForLine("crik info: waiting for the image directory");

        waiting.End(143);

        Assert.Empty(waiting.Counted());
        holder.End(143);
        Assert.Equal([1], images.Generations);
    }

    [LabFact]
    public void SIGTERM_at_any_moment_of_a_restore_loses_nothing()
    {
        // The signal comes earlier or later, before, in and after the restore. Whatever came of it, the numbers have no gap.
        using ImageDirectory images = new();
        List<int> counted = [];
        for (int i = 0; i < 12; i++)
        {
            using Pod pod = Pod.WithCheckpoints(images, [], Programs.Counter);
            if (i == 0)
            {
                pod.WaitForCount(3);
            }
            else
            {
                pod.WaitForLine("crik ");
                Thread.Sleep(i * 10);
            }

            int code = pod.End();
            Assert.True(code == 143, pod.Said);
            counted.AddRange(pod.Counted());
        }

        Assert.Equal(Enumerable.Range(1, counted.Count), counted);
        Assert.Empty(images.Failed);
    }

    [LabFact]
    public void Streams_that_were_closed_are_closed_for_the_program()
    {
        using ImageDirectory images = new();
        foreach (string option in new[] { "", "--image-dir /checkpoint" })
        {
            using Pod pod = new(["--image-dir", images.Path], ["sh", "-c", $"exec crik run {option} -- python3 /programs/descriptors.py <&- >&-"]);
            pod.WaitForExit(0);
            Assert.Equal(["2"], pod.Errors.Where(line => line.Length > 0 && char.IsDigit(line[0])));
        }
    }

    [LabFact]
    public void Standard_input_and_standard_error_go_on_in_the_next_pod()
    {
        string[] program = Programs.Shell("n=0; while read line; do n=$((n + 1)); echo \"$line $n\"; echo \"warning $n\" >&2; done");
        using ImageDirectory images = new();
        for (int i = 1; i <= 3; i++)
        {
            using Pod pod = Pod.WithCheckpoints(images, [], program);
            pod.Input.WriteLine("line");
            pod.WaitFor(line => line == $"line {i}", $"line {i}");
            pod.WaitFor(line => line == $"warning {i}", $"warning {i}");
            Assert.DoesNotContain($"warning {i}", pod.Output);
            Assert.DoesNotContain($"line {i}", pod.Errors);
            pod.End(143);
        }

        using Pod last = Pod.WithCheckpoints(images, [], program);
        last.WaitForLine("crik info: restored");
        last.Input.Close();
        last.WaitForExit(0);
    }

    [LabFact]
    public void A_program_started_afresh_after_a_failed_restore_has_the_terminal()
    {
        using ImageDirectory images = new();
        Directory.CreateDirectory(images.In("volume"));
        string[] options = ["--terminal", "--image-dir", images.Path, "--mount", $"{images.In("volume")}:/volume"];
        string[] command = ["crik", "run", "--image-dir", "/checkpoint", "--", "sh", "-c", "echo x >/volume/file; exec 5</volume/file; exec python3 /programs/keys.py"];
        for (int i = 0; i < 2; i++)
        {
            using Pod pod = new(options, command, ["python3", "-c", Keyboard, "20"]);
            pod.WaitForLine("count 1");
            pod.Input.WriteLine("\\x03");
            pod.WaitFor(line => line.Contains("got SIGINT", StringComparison.Ordinal), "got SIGINT");
            pod.End(143);
            File.AppendAllText(images.In("volume", "file"), "another size, which criu refuses");
        }

        Assert.Equal([1], images.Failed);
    }

    [LabFact]
    public void A_program_that_is_just_starting_is_checkpointed_or_ended_and_nothing_in_between()
    {
        for (int i = 0; i < 15; i++)
        {
            using ImageDirectory images = new();
            using (Pod pod = Pod.WithCheckpoints(images, [], "python3", "/programs/hold.py", "1"))
            {
                pod.WaitForLine("crik info: starting");
                Thread.Sleep(i * 6);
                int code = pod.End();
                // Without a handler yet the program may also end by its SIGTERM, when a checkpoint could not be made.
                Assert.True(code is 143 or 7, pod.Said);
                Assert.True(images.Generations.Length == 1 || pod.Counted().Length == 0, pod.Said);
            }

            using Pod next = Pod.WithCheckpoints(images, [], "python3", "/programs/hold.py", "1");
            next.WaitForCount(1);
            Assert.Empty(images.Failed);
        }
    }

    [LabFact]
    public void A_program_that_just_ends_has_its_code_or_its_checkpoint()
    {
        for (int i = 0; i < 15; i++)
        {
            using ImageDirectory images = new();
            using Pod pod = Pod.WithCheckpoints(images, [], "python3", "-c", $"import time; print('count 1', flush=True); time.sleep({0.02 + (i * 0.012)}); raise SystemExit(5)");
            pod.WaitForCount(1);
            int code = pod.End();

            Assert.True((code, images.Generations.Length) is (5, 0) or (143, 1), $"{code}\n{pod.Said}");
        }
    }

    /// <returns>The last number of a pod that counts, and that ended with a checkpoint.</returns>
    private static int Make(ImageDirectory images, string[] program)
    {
        using Pod pod = Pod.WithCheckpoints(images, [], program);
        pod.WaitForCount(8);
        int code = pod.End();
        Assert.True(code == 143, pod.Said);
        return pod.Counted().Max();
    }

    /// <param name="size">Of its terminal: rows, and after how many milliseconds it gets them.</param>
    private static Pod OnATerminal(ImageDirectory images, string size) => new(
        ["--terminal", "--image-dir", images.Path], ["crik", "run", "--image-dir", "/checkpoint", "--", "python3", "/programs/keys.py"],
        ["python3", "-c", Keyboard, size]);

    private static void AskForItsSize(Pod pod)
    {
        pod.WaitForLine("count");
        pod.Input.WriteLine("size?\\n");
        pod.WaitForLine("size ");
    }
}
