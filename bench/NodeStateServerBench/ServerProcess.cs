using System.Diagnostics;
using System.Globalization;
using Crik.StandIn;

namespace Crik.Bench;

/// <summary>Runs the server binary on the last core, which nothing else of the bench uses.</summary>
internal sealed class ServerProcess : IDisposable
{
    private readonly Process _process;

    private ServerProcess(Process process, int port, int metricsPort, int healthPort)
    {
        _process = process;
        Port = port;
        MetricsPort = metricsPort;
        HealthPort = healthPort;
    }

    /// <summary>
    /// The last core of the machine. bench/node-state-server.sh starts this process on the other cores.
    /// </summary>
    public static int Core { get; } =
        int.Parse(File.ReadAllText("/sys/devices/system/cpu/online").Trim().Split('-', ',')[^1], CultureInfo.InvariantCulture);

    public int Port { get; }

    public int MetricsPort { get; }

    public int HealthPort { get; }

    public bool HasExited => _process.HasExited;

    public int ExitCode => _process.ExitCode;

    /// <summary>The time from the start of the process until it was ready.</summary>
    public TimeSpan FirstSync { get; private set; }

    public static Task<ServerProcess> StartAsync(string path, string kubeconfig, params string[] more) => StartAsync(path, kubeconfig, null, more);

    /// <param name="limit">The cgroup in which the server runs, if it has one of its own.</param>
    public static async Task<ServerProcess> StartAsync(string path, string kubeconfig, MemoryLimit? limit, params string[] more)
    {
        int[] ports = FreePorts.Find(3);
        long began = Stopwatch.GetTimestamp();
        string join = limit is null ? "" : $"echo $$ > {limit.Processes} && ";
        ProcessStartInfo start = new("sh", ["-c", $"{join}exec taskset -c {Core} \"$0\" \"$@\"", path, "--kubeconfig", kubeconfig, "--bind-address", "127.0.0.1",
            "--port", $"{ports[0]}", "--metrics-port", $"{ports[1]}", "--health-probes-port", $"{ports[2]}",
            "--max-connections-per-address", "20000", .. more]) // all clients of the bench have the same address; in a cluster, each pod has its own
        {
            RedirectStandardOutput = true,
        };
        Process process = Process.Start(start)!;
        process.OutputDataReceived += static (_, _) => { };
        process.BeginOutputReadLine();
        ServerProcess server = new(process, ports[0], ports[1], ports[2]);
        using HttpClient http = new();
        while (true)
        {
            try
            {
                using HttpResponseMessage response = await http.GetAsync($"http://127.0.0.1:{server.HealthPort}/readyz");
                if (response.IsSuccessStatusCode)
                {
                    server.FirstSync = Stopwatch.GetElapsedTime(began);
                    return server;
                }
            }
            catch (HttpRequestException) when (!process.HasExited && Stopwatch.GetElapsedTime(began) < TimeSpan.FromMinutes(1))
            {
                // The server does not listen yet.
            }

            await Task.Delay(5);
        }
    }

    /// <summary>Returns the resident memory of the server in MiB.</summary>
    public double Memory()
    {
        string found = File.ReadLines($"/proc/{_process.Id}/status").First(text => text.StartsWith("VmRSS", StringComparison.Ordinal));
        return long.Parse(found.Split(':')[1].Replace("kB", "", StringComparison.Ordinal).Trim(), CultureInfo.InvariantCulture) / 1024.0;
    }

    public TimeSpan ProcessorTime()
    {
        _process.Refresh();
        return _process.TotalProcessorTime;
    }

    /// <returns>The time from SIGTERM to the exit.</returns>
    public async Task<TimeSpan> StopAsync()
    {
        long began = Stopwatch.GetTimestamp();
        using Process kill = Process.Start("kill", ["-TERM", $"{_process.Id}"]);
        await _process.WaitForExitAsync();
        return Stopwatch.GetElapsedTime(began);
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.Dispose();
    }
}
