using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Crik.SystemTests.Monitoring;

/// <summary>Prometheus, its promtool and its node exporter, as Debian has them.</summary>
internal static class MonitoringPrograms
{
    private static readonly Lazy<string> s_directory = new(() => Command.Output(Repository.In("tests/lab/monitoring.sh")).Trim());

    public static string PathOf(string program) => Path.Combine(s_directory.Value, program);

    /// <summary>A port of the loopback interface that is free now.</summary>
    public static string FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>Starts a server, which ends with the object.</summary>
    public static Server Start(string program, params string[] arguments)
    {
        ProcessStartInfo start = new(PathOf(program), arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        Process process = Process.Start(start)!;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return new Server(process);
    }

    internal sealed class Server(Process process) : IDisposable
    {
        public void Dispose()
        {
            process.Kill();
            process.WaitForExit();
            process.Dispose();
        }
    }
}
