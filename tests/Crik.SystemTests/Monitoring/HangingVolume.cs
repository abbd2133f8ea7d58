using System.Diagnostics;

namespace Crik.SystemTests.Monitoring;

/// <summary>A volume on which every access to a file hangs.</summary>
internal sealed class HangingVolume : IDisposable
{
    private readonly string _path;
    private readonly Process _server;

    public HangingVolume(string path)
    {
        _path = path;
        _server = Process.Start(new ProcessStartInfo(Repository.In("tests/lab/hangingfs.py"), [path]) { RedirectStandardOutput = true })!;
        Assert.Equal("mounted", _server.StandardOutput.ReadLine());
    }

    public void Dispose()
    {
        Lab.Run("umount", "-l", _path);
        _server.Kill();
        _server.WaitForExit();
        _server.Dispose();
    }
}
