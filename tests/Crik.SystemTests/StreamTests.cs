namespace Crik.SystemTests;

/// <summary>Standard streams: whatever they were, whatever they are.</summary>
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
    public void Original_defect_11_the_output_goes_where_the_new_pod_has_it(string then, string now)
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

    /// <summary>One pod of a program that counts to its output and to a log; what it said.</summary>
    private static string Run(ImageDirectory images, string kind, string output)
    {
        const string Count = "n=0; while :; do n=$((n + 1)); echo count $n 2>/dev/null; echo $n >>/checkpoint/log; sleep 0.05; done";
        string[] crik = ["crik", "run", "--image-dir", "/checkpoint", "--", "sh", "-c", Count];
        string[] command = kind switch
        {
            // Inside the pod: the runtime itself makes pipes of what is closed outside.
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
            // crik is not PID 1 here, but its child: it gets the signal itself.
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
