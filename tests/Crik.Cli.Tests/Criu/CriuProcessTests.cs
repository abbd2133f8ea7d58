using Crik.Criu;
using Crik.Linux;
using Crik.Tests.Init;

namespace Crik.Tests.Criu;

public sealed class CriuProcessTests
{
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

    [Fact]
    public void A_criu_that_SIGKILL_does_not_end_is_still_awaited_so_that_its_number_is_not_signalled_after_its_end()
    {
        ScriptedInit init = new();
        using FileDescriptor output = Libc.MakeMemoryFile("criu-output", []);
        CriuProcess criu = CriuProcess.Start(init, "/usr/sbin/criu", output, new CriuStart());

        criu.Dispose();

        Assert.False(criu.Process.HasExited);
        Assert.Empty(init.Forgotten);
    }
}
