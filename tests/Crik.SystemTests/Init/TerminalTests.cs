namespace Crik.SystemTests.Init;

/// <summary>Tests programs on a terminal, with its keys, its size and its job control.</summary>
public sealed class TerminalTests
{
    private static string Typist { get; } = Repository.In("tests/lab/typist.py");

    private static string Keyboard { get; } = Repository.In("tests/lab/keyboard.py");

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
            using Pod pod = new(["--terminal", "--image-dir", images.Path], [.. crik, .. program], [Keyboard, $"{20 + i}"]);
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
    public void A_restored_program_has_the_size_of_the_new_terminal()
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
    public void A_terminal_that_gets_its_size_during_a_restore_keeps_it()
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
    public void A_program_gets_no_SIGWINCH_when_the_new_terminal_has_the_same_size()
    {
        // SIGWINCH does harm: it ends httpd, for example.
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
    public void A_program_that_starts_afresh_after_a_failed_restore_has_the_terminal()
    {
        using ImageDirectory images = new();
        Directory.CreateDirectory(images.In("volume"));
        string[] options = ["--terminal", "--image-dir", images.Path, "--mount", $"{images.In("volume")}:/volume", "--env", "CRIK_WHEN_RESTORE_FAILS=startFresh"];
        string[] command = ["crik", "run", "--image-dir", "/checkpoint", "--", "sh", "-c", "echo x >/volume/file; exec 5</volume/file; exec python3 /programs/keys.py"];
        for (int i = 0; i < 2; i++)
        {
            using Pod pod = new(options, command, [Keyboard, "20"]);
            pod.WaitForLine("count 1");
            pod.Input.WriteLine("\\x03");
            pod.WaitFor(line => line.Contains("got SIGINT", StringComparison.Ordinal), "got SIGINT");
            pod.End(143);
            File.AppendAllText(images.In("volume", "file"), "another size, which criu refuses");
        }

        Assert.Equal([1], images.Failed);
    }

    [LabFact]
    public void A_shell_on_a_terminal_keeps_its_variables_and_its_stopped_job()
    {
        using ImageDirectory images = new();
        // The job reports when it runs, when it is in the foreground again, and when it is interrupted. Its words are
        // written in two
        // parts, because the terminal echoes the typed command, which must not match.
        // The job is no shell, because ^Z between vfork(2) and the exec of a shell stops only its child, and the shell
        // waits for that.
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

    /// <summary>
    /// Runs a shell on a terminal. For each part of the dialogue, it waits for the wanted text and then types the line.
    /// </summary>
    private static string[] OnTerminal(ImageDirectory images, params (string Wanted, string Typed)[] dialogue)
    {
        using Pod pod = new(
            ["--image-dir", images.Path, "--terminal"], ["crik", "run", "--image-dir", "/checkpoint", "--", "bash", "-i"],
            [Typist, string.Join("\n\n", dialogue.Select(part => $"{part.Wanted}\n{part.Typed}"))]);
        pod.WaitForLine("typed");
        pod.End(143);
        return [.. pod.Output.Select(line => line.Trim())];
    }

    /// <param name="size">The rows of the terminal, with " after N" if it gets them after N milliseconds.</param>
    private static Pod OnATerminal(ImageDirectory images, string size) => new(
        ["--terminal", "--image-dir", images.Path], ["crik", "run", "--image-dir", "/checkpoint", "--", "python3", "/programs/keys.py"],
        [Keyboard, size]);

    private static void AskForItsSize(Pod pod)
    {
        pod.WaitForLine("count");
        pod.Input.WriteLine("size?\\n");
        pod.WaitForLine("size ");
    }
}
