namespace Crik.SystemTests.Init;

/// <summary>Tests every change of the standard streams from one pod to the next.</summary>
public sealed class StreamTests
{
    private static readonly string[] s_kinds = ["pipe", "file", "null", "closed", "socket", "terminal"];

    public static TheoryData<string, string> Matrix
    {
        get
        {
            TheoryData<string, string> matrix = [];
            foreach (string then in s_kinds)
            {
                foreach (string now in s_kinds)
                {
                    matrix.Add(then, now);
                }
            }

            return matrix;
        }
    }

    [LabTheory]
    [MemberData(nameof(Matrix))]
    public void The_output_goes_to_the_streams_of_the_new_pod(string then, string now)
    {
        using ImageDirectory images = new();
        string output = images.In("output");
        string first = Run(images, then, output);
        int before = Logged(images).Length;

        string said = Run(images, now, output);

        int[] logged = Logged(images);
        Assert.True(logged.Length > before, said);
        Assert.True(Enumerable.Range(1, logged.Length).SequenceEqual(logged), $"{string.Join(' ', logged)}\nthe first pod:\n{first}\nthe second:\n{said}");
        if (then != "closed" && now is "pipe" or "terminal" or "socket")
        {
            Assert.True(then == "closed" || said.Contains($"count {logged.Length - 1}", StringComparison.Ordinal), said);
        }
        else if (then != "closed" && now == "file")
        {
            Assert.Contains($"count {logged.Length - 1}", File.ReadAllText(output), StringComparison.Ordinal);
        }
    }

    private static int[] Logged(ImageDirectory images) =>
        [.. File.ReadAllLines(images.In("log")).Select(line => int.Parse(line, System.Globalization.CultureInfo.InvariantCulture))];

    /// <summary>Runs a pod whose program counts in its output and in a log.</summary>
    /// <returns>The output of the pod.</returns>
    private static string Run(ImageDirectory images, string kind, string output)
    {
        const string Count = "n=0; while :; do n=$((n + 1)); echo count $n 2>/dev/null; echo $n >>/checkpoint/log; sleep 0.05; done";
        string[] crik = ["crik", "run", "--image-dir", "/checkpoint", "--", "sh", "-c", Count];
        string[] command = kind switch
        {
            // The streams are closed inside the pod, because the container runtime opens pipes for streams that are
            // closed outside.
            "closed" => ["sh", "-c", "exec \"$@\" <&- >&-", "x", .. crik],
            "socket" => ["python3", "-c",
                """
                import os, shutil, socket, sys, threading
                ours, theirs = socket.socketpair()
                if os.fork():
                    theirs.close()
                    while data := ours.recv(4096):
                        sys.stdout.write(data.decode()); sys.stdout.flush()
                    sys.exit(os.waitstatus_to_exitcode(os.wait()[1]))
                ours.close()
                for fd in (0, 1):
                    os.dup2(theirs.fileno(), fd)
                theirs.close()
                os.execvp(sys.argv[1], sys.argv[1:])
                """, .. crik],
            _ => crik,
        };
        string[]? wrapper = kind switch
        {
            "file" => ["sh", "-c", $"exec \"$@\" </dev/null >>{output}", "x"],
            "null" => ["sh", "-c", "exec \"$@\" </dev/null >/dev/null", "x"],
            "terminal" => ["python3", "-c", "import os, pty, sys, time; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:], stdin_read=lambda _: time.sleep(1000))))"],
            _ => null,
        };
        int before = File.Exists(images.In("log")) ? Logged(images).Length : 0;
        string[] options = ["--image-dir", images.Path, .. kind == "terminal" ? ["--terminal"] : Array.Empty<string>()];
        using Pod pod = new(options, command, wrapper);
        pod.WaitUntil(() => File.Exists(images.In("log")) && Logged(images).Length > before + 3, "three more lines in its log");

        if (kind == "socket")
        {
            // crik is a child of PID 1 here, so the signal has to go to crik itself.
            pod.Exec("sh", "-c", "kill -TERM $(pidof crik)");
        }
        else
        {
            pod.Kill();
        }

        int code = pod.WaitForExit();
        Assert.True(code == 143, $"exit code {code}\n{pod.Said}");
        return pod.Said;
    }
}
