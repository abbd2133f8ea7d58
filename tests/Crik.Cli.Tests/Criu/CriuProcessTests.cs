using Crik.Criu;
using Crik.Linux;
using Crik.Tests.Init;

namespace Crik.Tests.Criu;

public sealed class CriuProcessTests
{
    [Theory]
    [InlineData("LD_LIBRARY_PATH=/app/lib", false)]
    [InlineData("LD_PRELOAD=/app/lib/own.so", false)]
    [InlineData("LD_AUDIT=/app/lib/audit.so", false)]
    [InlineData("LDFLAGS=-s", true)]
    [InlineData("OLD_PATH=/bin", true)]
    [InlineData("PATH=/usr/bin", true)]
    public void Settings_of_the_program_for_the_loader_do_not_reach_criu(string entry, bool reaches)
    {
        IReadOnlyList<string> environment = CriuProcess.WithoutLoaderSettings(["HOME=/root", entry, "LANG=C"]);

        Assert.Equal(reaches ? ["HOME=/root", entry, "LANG=C"] : ["HOME=/root", "LANG=C"], environment);
    }

    [Theory]
    [InlineData(Errno.EAGAIN, true)]
    [InlineData(Errno.ENOMEM, true)]
    [InlineData(Errno.EMFILE, true)]
    [InlineData(Errno.ENOENT, false)]
    [InlineData(Errno.EACCES, false)]
    public void A_criu_that_finds_no_room_for_its_process_is_a_fault_of_the_pod(int errno, bool isOfPod)
    {
        ScriptedInit init = new() { StartErrno = errno };
        using FileDescriptor output = Libc.MakeMemoryFile("criu-output", []);
        using TempDirectory temp = new();

        CriuException restore = Assert.Throws<CriuException>(() => CriuProcess.Start(init, "/usr/sbin/criu", output, new CriuStart()));
        CriuException lazy = Assert.Throws<CriuException>(() => LazyPagesProcess.Start(init, "/usr/sbin/criu", temp.Path, temp.Path, temp.In("criu.out")));

        Assert.Equal((isOfPod, isOfPod), (restore.IsOfPod, lazy.IsOfPod));
        Assert.Equal(!isOfPod, restore.Message.Contains("install criu", StringComparison.Ordinal));
    }
}
