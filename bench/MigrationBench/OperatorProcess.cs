using System.Diagnostics;
using System.Globalization;
using Crik.StandIn;

namespace Crik.MigrationBench;

/// <summary>The native operator as a process of its own, so that its memory is what a node would see.</summary>
internal sealed class OperatorProcess : IDisposable
{
    private readonly Process _process;
    private readonly HttpClient _http = new();
    private readonly int[] _ports;

    private OperatorProcess(Process process, int[] ports) => (_process, _ports) = (process, ports);

    public Uri Webhook => new($"https://127.0.0.1:{_ports[0]}/inject");

    /// <summary>The resident memory in MiB.</summary>
    public double Resident => Status("VmRSS");

    /// <summary>The most that it has ever been, in MiB.</summary>
    public double Peak => Status("VmHWM");

    public TimeSpan ProcessorTime
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    /// <param name="log">The file for what it logs.</param>
    public static async Task<OperatorProcess> StartAsync(string path, string kubeconfig, string log)
    {
        int[] ports = FreePorts.Find(3);
        ProcessStartInfo start = new("sh", ["-c", "log=$1; shift; exec \"$0\" \"$@\" > \"$log\" 2>&1", path, log, "--migration", "--kubeconfig", kubeconfig,
            "--bind-address", "127.0.0.1", "--port", $"{ports[0]}", "--metrics-port", $"{ports[1]}", "--health-probes-port", $"{ports[2]}",
            "--namespace", "crik", "--identity", "crik-operator-0", "--bundle-image", "registry.example/crik:1"]);
        OperatorProcess started = new(Process.Start(start)!, ports);
        while (!await started.IsReadyAsync())
        {
            if (started._process.HasExited)
            {
                throw new InvalidOperationException($"the operator has ended with {started._process.ExitCode}; see {log}");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(100));
        }

        return started;
    }

    /// <summary>How many requests it has counted itself.</summary>
    public async Task<long> RequestsAsync()
    {
        string metrics = await _http.GetStringAsync($"http://127.0.0.1:{_ports[1]}/metrics");
        return metrics.Split('\n').Where(static line => line.StartsWith("crik_api_requests_total{", StringComparison.Ordinal))
            .Sum(static line => long.Parse(line.Split(' ')[^1], CultureInfo.InvariantCulture));
    }

    public void Dispose()
    {
        _http.Dispose();
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.Dispose();
    }

    private async Task<bool> IsReadyAsync()
    {
        try
        {
            using HttpResponseMessage response = await _http.GetAsync($"http://127.0.0.1:{_ports[2]}/readyz");
            return response.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false; // it does not listen yet
        }
    }

    private double Status(string field)
    {
        string found = File.ReadLines($"/proc/{_process.Id}/status").First(text => text.StartsWith(field, StringComparison.Ordinal));
        return long.Parse(found.Split(':')[1].Replace("kB", "", StringComparison.Ordinal).Trim(), CultureInfo.InvariantCulture) / 1024.0;
    }
}
