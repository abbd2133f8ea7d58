using System.Diagnostics;

namespace Crik.SystemTests;

/// <summary>A container run by the pod runner, with its standard streams on pipes unless a wrapper changes them.</summary>
internal sealed class Pod : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);
    private static int s_count;

    private readonly List<string> _output = [];
    private readonly List<string> _errors = [];
    private readonly Process _process;

    /// <param name="options">Options of pod.py.</param>
    /// <param name="command">What runs in it.</param>
    /// <param name="wrapper">A command that pod.py is started through.</param>
    public Pod(string[] options, string[] command, string[]? wrapper = null)
    {
        Name = $"t{Environment.ProcessId}-{Interlocked.Increment(ref s_count)}";
        string[] line = [.. wrapper ?? [], Lab.PodRunner, "run", Name, "--crik", Lab.Binary, "--rootfs", Lab.RootFileSystem, .. options, "--", .. command];
        ProcessStartInfo start = new(line[0], line[1..]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, line) => Add(_output, line.Data);
        _process.ErrorDataReceived += (_, line) => Add(_errors, line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public string Name { get; }

    public StreamWriter Input => _process.StandardInput;

    public string[] Output => Copy(_output);

    public string[] Errors => Copy(_errors);

    /// <summary>Everything it said, for the message of a failed test.</summary>
    public string Said => string.Join('\n', [.. Errors, "--", .. Output.TakeLast(20)]);

    /// <summary>
    /// <c>crik run</c> with an image directory, and, but where the options say otherwise, with time for a disk that the tests beside it keep busy.
    /// </summary>
    public static Pod WithCheckpoints(ImageDirectory images, string[] options, params string[] program)
    {
        string[] time = options.Any(option => option.StartsWith("CRIK_GRACE_PERIOD=", StringComparison.Ordinal)) ? [] : ["--env", "CRIK_GRACE_PERIOD=2m"];
        return new(["--image-dir", images.Path, .. time, .. options], ["crik", "--debug", "run", "--image-dir", "/checkpoint", "--", .. program]);
    }

    public void WaitFor(Func<string, bool> line, string what) => WaitUntil(() => Output.Any(line) || Errors.Any(line), what);

    /// <summary>Until it is so, as long as the pod runs; what it said last counts.</summary>
    public void WaitUntil(Func<bool> isSo, string what)
    {
        Stopwatch clock = Stopwatch.StartNew();
        while (!isSo())
        {
            if (_process.HasExited)
            {
                _process.WaitForExit(); // for the rest of its output
                Assert.True(isSo(), $"pod {Name} ended with {_process.ExitCode} before '{what}'; it said:\n{Said}");
                return;
            }

            if (clock.Elapsed > s_patience)
            {
                throw new TimeoutException($"pod {Name} did not say '{what}'; it said:\n{Said}");
            }

            Thread.Sleep(10);
        }
    }

    public void WaitForLine(string start) => WaitFor(line => line.StartsWith(start, StringComparison.Ordinal), start);

    public void WaitForCount(int number) =>
        WaitFor(line => line.StartsWith("count ", StringComparison.Ordinal) && int.Parse(line.AsSpan(6), System.Globalization.CultureInfo.InvariantCulture) >= number, $"count {number}");

    /// <summary>Until crik says that the program runs; it may be heard before that.</summary>
    public void WaitForControl() => WaitForStatus("running");

    public void WaitForStatus(string state) => Exec("timeout", "100", "sh", "-c", $"until crik status 2>&1 | grep -qx 'state *{state}'; do sleep 0.05; done");

    public void WaitForStoppedCriu() => Exec("timeout", "100", "sh", "-c", "until pgrep -r T -x criu; do sleep 0.05; done");

    public void Kill(string signal = "TERM") => Lab.Run(Lab.PodRunner, "kill", Name, signal);

    public string Exec(params string[] command) => Lab.Run(Lab.PodRunner, ["exec", Name, "--", .. command]);

    public int WaitForExit()
    {
        if (!_process.WaitForExit(s_patience))
        {
            throw new TimeoutException($"pod {Name} does not end; it said:\n{Said}");
        }

        _process.WaitForExit(); // for the rest of its output
        return _process.ExitCode;
    }

    /// <summary>SIGTERM, and the exit code.</summary>
    public int End()
    {
        Kill();
        return WaitForExit();
    }

    /// <summary>The same, and it has to end with that code.</summary>
    public void End(int code)
    {
        Kill();
        WaitForExit(code);
    }

    public void WaitForExit(int code)
    {
        int found = WaitForExit();
        Assert.True(found == code, $"pod {Name} ended with {found} and not with {code}; it said:\n{Said}");
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            Kill("KILL");
            _process.WaitForExit(s_patience);
        }

        _process.Dispose();
    }

    private static void Add(List<string> lines, string? line)
    {
        if (line is not null)
        {
            lock (lines)
            {
                lines.Add(line);
            }
        }
    }

    private static string[] Copy(List<string> lines)
    {
        lock (lines)
        {
            return [.. lines];
        }
    }
}
