using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Crik.SystemTests;

/// <summary>
/// A container that the pod runner runs like a pod. Its standard streams are pipes unless a wrapper changes them.
/// </summary>
internal sealed partial class Pod : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);
    private static int s_count;

    private readonly List<string> _output = [];
    private readonly List<string> _errors = [];
    private readonly List<string> _log = [];
    private readonly Process _process;

    /// <param name="options">Options of pod.py.</param>
    /// <param name="command">The command that the container runs.</param>
    /// <param name="wrapper">A command that starts pod.py, which is appended to it.</param>
    public Pod(string[] options, string[] command, string[]? wrapper = null)
    {
        Name = $"t{Environment.ProcessId}-{Interlocked.Increment(ref s_count)}";
        string[] line = [.. wrapper ?? [], Lab.PodRunner, "run", Name, "--crik", Lab.Binary, "--rootfs", Lab.RootFileSystem, .. options, "--", .. command];
        ProcessStartInfo start = new(line[0], line[1..]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, line) => Add(_output, Shortened(line.Data));
        _process.ErrorDataReceived += (_, line) =>
        {
            Add(_log, line.Data);
            Add(_errors, Shortened(line.Data));
        };
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public string Name { get; }

    /// <summary>The number of the container's first process on this machine.</summary>
    public string Pid => Lab.Run(Lab.PodRunner, "pid", Name).Trim();

    public StreamWriter Input => _process.StandardInput;

    public string[] Output => Copy(_output);

    /// <summary>Standard error. The lines of crik's log are without the time and the event, which LogTests checks.</summary>
    public string[] Errors => Copy(_errors);

    /// <summary>Standard error as it is.</summary>
    public string[] Log => Copy(_log);

    /// <summary>
    /// Everything that crik logged and the last lines of the program, for the message of a failed test.
    /// </summary>
    public string Said => string.Join('\n', [.. Errors, "--", .. Output.TakeLast(20)]);

    /// <summary>
    /// Starts <c>crik run</c> with an image directory. Unless the options set the grace period, it is long, because other
    /// tests keep the disk busy at the same time.
    /// </summary>
    public static Pod WithCheckpoints(ImageDirectory images, string[] options, params string[] program)
    {
        string[] time = options.Any(option => option.StartsWith("CRIK_GRACE_PERIOD=", StringComparison.Ordinal)) ? [] : ["--env", "CRIK_GRACE_PERIOD=2m"];
        return new(["--image-dir", images.Path, .. time, .. options], ["crik", "--debug", "run", "--image-dir", "/checkpoint", "--", .. program]);
    }

    public void WaitFor(Func<string, bool> line, string what) => WaitUntil(() => Output.Any(line) || Errors.Any(line), what);

    /// <summary>Waits until the condition is true. If the pod ends first, its last output decides.</summary>
    public void WaitUntil(Func<bool> isSo, string what)
    {
        Stopwatch clock = Stopwatch.StartNew();
        while (!isSo())
        {
            if (_process.HasExited)
            {
                _process.WaitForExit(); // waits for the rest of its output
                Assert.True(isSo(), $"Pod {Name} ended with {_process.ExitCode} before '{what}'. Its output:\n{Said}");
                return;
            }

            if (clock.Elapsed > s_patience)
            {
                throw new TimeoutException($"Pod {Name} did not reach '{what}'. Its output:\n{Said}");
            }

            Thread.Sleep(10);
        }
    }

    /// <summary>Waits until the output or the log has a line with this start.</summary>
    public void WaitForLine(string start) => WaitFor(line => line.StartsWith(start, StringComparison.Ordinal), start);

    public void WaitForCount(int number) =>
        WaitFor(line => line.StartsWith("count ", StringComparison.Ordinal) && int.Parse(line.AsSpan(6), System.Globalization.CultureInfo.InvariantCulture) >= number, $"count {number}");

    /// <summary>
    /// Waits for the first number of a restored program. It has to be the one after the last number of the previous
    /// pod.
    /// </summary>
    public void AssertContinuesAfter(int last)
    {
        WaitForCount(last + 1);
        Assert.Equal(last + 1, this.Counted()[0]);
    }

    /// <summary>Waits until crik answers that the program runs. Its log may say so before it answers.</summary>
    public void WaitForControl() => WaitForStatus("running");

    public void WaitForStatus(string state) => Exec("timeout", "100", "sh", "-c", $"until crik status 2>&1 | grep -qx 'state *{state}'; do sleep 0.05; done");

    public void WaitForStoppedCriu() => Exec("timeout", "100", "sh", "-c", "until pgrep -r T -x criu; do sleep 0.05; done");

    public void Kill(string signal = "TERM") => Lab.Run(Lab.PodRunner, "kill", Name, signal);

    public string Exec(params string[] command) => Lab.Run(Lab.PodRunner, ["exec", Name, "--", .. command]);

    public int WaitForExit()
    {
        if (!_process.WaitForExit(s_patience))
        {
            throw new TimeoutException($"Pod {Name} does not end. Its output:\n{Said}");
        }

        _process.WaitForExit(); // waits for the rest of its output
        return _process.ExitCode;
    }

    /// <summary>Sends SIGTERM and waits for the exit code.</summary>
    public int End()
    {
        Kill();
        return WaitForExit();
    }

    /// <summary>Sends SIGTERM. The pod has to end with this exit code.</summary>
    public void End(int code)
    {
        Kill();
        WaitForExit(code);
    }

    public void WaitForExit(int code)
    {
        int found = WaitForExit();
        Assert.True(found == code, $"Pod {Name} ended with {found} and not with {code}. Its output:\n{Said}");
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            Kill("KILL");
            _process.WaitForExit(s_patience);
        }

        try
        {
            _process.StandardInput.Dispose(); // the process itself does not close a stream that was asked for
        }
        catch (IOException)
        {
            // What was written last was not read.
        }

        _process.Dispose();
    }

    private static string? Shortened(string? line) => line is null ? null : TimeAndEvent().Replace(line, "$1");

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

    [GeneratedRegex(@"^\d{4}-\d\d-\d\dT[\d:.]+Z (crik .*?)( event=[A-Z]\w+|$)")]
    private static partial Regex TimeAndEvent();
}
