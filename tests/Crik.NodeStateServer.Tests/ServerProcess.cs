using System.Diagnostics;
using Crik.StandIn;

namespace Crik.NodeStateServer.Tests;

/// <summary>Runs the program as a process, either the native build or the build for the .NET runtime.</summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly TempDirectory _files = new();
    private readonly Task<string> _output;
    private readonly Task<string> _errors;

    private ServerProcess(string form, string[] arguments, StandInApiServer? api, string[]? environment)
    {
        int[] ports = FreePorts.Find(3);
        (States, Metrics, Health) = (new Uri($"http://127.0.0.1:{ports[0]}"), new Uri($"http://127.0.0.1:{ports[1]}"), new Uri($"http://127.0.0.1:{ports[2]}"));
        ProcessStartInfo start = new(form == "native" ? NativePath : "dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        if (form != "native")
        {
            start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "node-state-server.dll"));
        }

        string[] where = api is null ? [] :
        [
            "--kubeconfig", _files.Write("kubeconfig", api.Kubeconfig("    token: good")), "--bind-address", "127.0.0.1",
            .. arguments.Contains("--port") ? (string[])[] : ["--port", $"{ports[0]}"], "--metrics-port", $"{ports[1]}", "--health-probes-port", $"{ports[2]}",
        ];
        foreach (string argument in (string[])[.. where, .. arguments])
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment["HOME"] = _files.Path;
        start.Environment.Remove("KUBECONFIG");
        foreach (string variable in environment ?? [])
        {
            start.Environment.Add(variable.Split('=')[0], variable.Split('=')[1]);
        }

        _process = Process.Start(start)!;
        _output = _process.StandardOutput.ReadToEndAsync();
        _errors = _process.StandardError.ReadToEndAsync();
    }

    /// <summary>The builds to test. The native one is tested only if `make node-state-server` has made it.</summary>
    public static TheoryData<string> Forms => File.Exists(NativePath) ? ["runtime", "native"] : ["runtime"];

    public Uri States { get; }

    public Uri Metrics { get; }

    public Uri Health { get; }

    public bool HasExited => _process.HasExited;

    private static string NativePath => Repository.In("artifacts/node-state-server");

    public static ServerProcess Start(string form, StandInApiServer? api, string[] arguments, string[]? environment = null) => new(form, arguments, api, environment);

    public static async Task<ServerProcess> StartReadyAsync(string form, StandInApiServer api, params string[] arguments)
    {
        ServerProcess server = Start(form, api, arguments);
        using HttpClient http = new();
        await Eventually.TrueAsync(async () =>
        {
            Assert.False(server.HasExited, "the server has exited before it was ready");
            return await server.IsReadyAsync(http);
        }, "the server is ready");
        return server;
    }

    public async Task<bool> IsReadyAsync(HttpClient http)
    {
        try
        {
            using HttpResponseMessage response = await http.GetAsync(new Uri(Health, "/readyz"));
            return response.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    public void Signal(string name)
    {
        using Process kill = Process.Start("kill", [$"-{name}", $"{_process.Id}"]);
        kill.WaitForExit();
    }

    public async Task<(int Code, string Output, string Errors)> ExitAsync()
    {
        await Eventually.InTimeAsync(_process.WaitForExitAsync());
        return (_process.ExitCode, await _output, await _errors);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
        _files.Dispose();
    }
}
