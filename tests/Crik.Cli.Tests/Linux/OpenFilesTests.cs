using System.Diagnostics;
using Crik.Linux;

namespace Crik.Tests.Linux;

public sealed class OpenFilesTests : IDisposable
{
    private readonly TempDirectory _temp = new();

    public void Dispose() => _temp.Dispose();

    [Fact]
    public void Descriptors_that_can_write_are_told_from_those_that_cannot()
    {
        string path = _temp.In("file");
        File.WriteAllText(path, "");
        int me = Environment.ProcessId;
        using FileDescriptor read = Libc.Open(path, Libc.O_RDONLY);
        using FileDescriptor write = Libc.Open(path, Libc.O_WRONLY | Libc.O_APPEND);
        using FileDescriptor both = Libc.Open(path, Libc.O_RDWR);
        using FileDescriptor named = Libc.Open(path, Libc.O_PATH);

        Assert.Equal([false, true, true, false], new[] { read, write, both, named }.Select(file => ProcFs.IsOpenForWriting(me, file.Number)));
        Assert.False(ProcFs.IsOpenForWriting(me, 1_000_000));
    }

    [Fact]
    public void A_file_that_lost_its_name_has_a_status_while_it_is_open()
    {
        string path = _temp.In("file");
        using FileDescriptor file = Libc.Create(path, FileModes.OwnFile);
        Libc.Write(file, "12345"u8, path);
        File.Delete(path);

        FileStatus status = ProcFs.StatusOf(Environment.ProcessId, file.Number)!.Value;

        Assert.Equal((5L, 0u), (status.Size, status.Links));
        Assert.Null(ProcFs.StatusOf(Environment.ProcessId, 1_000_000));
    }

    [Theory]
    [InlineData("plain")]
    [InlineData("with a\nnewline")]
    [InlineData(@"with \012 in its name")]
    [InlineData("bytes\udcff")]
    public void A_mapped_and_open_file_has_its_real_name(string name)
    {
        string path = $"{_temp.Path}/{name}";
        using (FileDescriptor file = Libc.Create(path, FileModes.OwnFile))
        {
            Libc.Write(file, new byte[4096], path);
        }

        const string Program = "import mmap, os, time; f = open([e.path for e in os.scandir(os.environb[b'WHERE'])][0], 'rb'); m = mmap.mmap(f.fileno(), 0, prot=mmap.PROT_READ); print('ready', flush=True); time.sleep(1000)";
        ProcessStartInfo start = new("python3", ["-c", Program]) { RedirectStandardOutput = true };
        start.Environment["WHERE"] = _temp.Path;
        using Process python = Process.Start(start)!;
        try
        {
            Assert.Equal("ready", python.StandardOutput.ReadLine());

            Assert.Contains(path, ProcFs.MappedFiles(python.Id).Select(file => file.Path));
            Assert.Contains(path, ProcFs.OpenFiles(python.Id).Select(file => file.Target));
        }
        finally
        {
            python.Kill();
        }
    }

    [Fact]
    public void A_process_with_a_newline_in_its_name_is_read_like_any_other()
    {
        using Process shell = Process.Start(new ProcessStartInfo("bash", ["-c", "printf 'a) R 1 2 3\nb' > /proc/self/comm; echo ready; read"]) { RedirectStandardOutput = true, RedirectStandardInput = true })!;
        try
        {
            Assert.Equal("ready", shell.StandardOutput.ReadLine());

            (int group, int session, char state) = ProcFs.Membership(shell.Id);

            Assert.NotEqual('X', state);
            Assert.Equal(ProcFs.Membership(Environment.ProcessId).Session, session);
            Assert.True(group > 0);
        }
        finally
        {
            shell.Kill();
        }
    }
}
