using System.Diagnostics;

namespace Crik.ClusterTests;

/// <summary>
/// A client on the first node that asks the programs behind a Service for one number after the other, all the time. It ends as soon as a
/// number is lost or repeated (tests/lab/counting-client.py).
/// </summary>
internal sealed class CountingClient : IDisposable
{
    private readonly Process _process;
    private readonly Task<string> _output, _errors;

    /// <param name="programs">How many programs the Service leads to.</param>
    public CountingClient(string address, int programs)
    {
        ProcessStartInfo start = new(Cluster.Script, ["node-network", "1", Repository.In("tests/lab/counting-client.py"), address, $"{programs}"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        _process = Process.Start(start)!;
        (_output, _errors) = (_process.StandardOutput.ReadToEndAsync(), _process.StandardError.ReadToEndAsync());
    }

    /// <summary>Ends it.</summary>
    /// <returns>How far each program has counted.</returns>
    public string End()
    {
        _process.StandardInput.Close();
        _process.WaitForExit();
        Assert.True(_process.ExitCode == 0, $"the client: {_output.Result}{_errors.Result}");
        return _output.Result.Trim();
    }

    public void Dispose()
    {
        _process.Kill(entireProcessTree: true);
        _process.Dispose();
    }
}
