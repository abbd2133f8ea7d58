using System.Runtime.InteropServices;
using Crik.Linux;

namespace Crik.Tests.Save;

/// <summary>A file whose next writer has to wait in open(2), as on a slow disk: a lease on it (fcntl(2)) is given back after a pause only.</summary>
internal sealed partial class BlockedFile(TimeSpan pause) : IDisposable
{
    private const int F_SETSIG = 10;
    private const int F_SETLEASE = 1024;
    private const int F_GETLEASE = 1025;
    private const int F_RDLCK = 0;
    private const int F_UNLCK = 2;
    private const int SIGWINCH = 28; // ignored by default; without F_SETSIG the kernel would send SIGIO, which ends a process

    private FileDescriptor? _file;
    private Thread? _keeper;

    /// <summary>Whether somebody had to wait.</summary>
    public bool HasBlocked { get; private set; }

    public void Make(string path)
    {
        File.WriteAllText(path, "");
        _file = Libc.Open(path, Libc.O_RDONLY);
        Assert.Equal(0, Fcntl(_file.Number, F_SETSIG, SIGWINCH));
        Assert.Equal(0, Fcntl(_file.Number, F_SETLEASE, F_RDLCK));
        _keeper = new Thread(GiveBackLater);
        _keeper.Start();
    }

    public void Dispose()
    {
        _keeper?.Join();
        _file?.Dispose();
    }

    private void GiveBackLater()
    {
        for (int turn = 0; turn < 1000 && !HasBlocked; turn++)
        {
            HasBlocked = Fcntl(_file!.Number, F_GETLEASE, 0) == F_UNLCK; // that is what the lease is about to become when somebody waits
            Thread.Sleep(10);
        }

        Thread.Sleep(pause);
        _ = Fcntl(_file!.Number, F_SETLEASE, F_UNLCK);
    }

    [LibraryImport("libc", EntryPoint = "fcntl")]
    private static partial int Fcntl(int descriptor, int command, int argument);
}
