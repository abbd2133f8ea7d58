using Crik.Criu;
using Crik.SystemTests;

namespace Crik.Tests.Criu;

public sealed class CriuLogTests
{
    [Theory]
    [InlineData("(00.021) Error (criu/files.c:1): Unknown shit 600 (anon_inode:[io_uring])", "io_uring")]
    [InlineData("(00.021) Error (compel/src/lib/infect-rpc.c:1): send_fds failed (-22)", "ioUring")]
    [InlineData("(00.021) Error (criu/sk-inet.c:1): inet: Unsupported proto 262 for socket 175f05", "multipath")]
    [InlineData("(00.021) Error (criu/sockets.c:1): sockets: Can't get 1:16 opt: Operation not supported", "criu 4.2")]
    [InlineData("(00.021) Error (criu/ipc_ns.c:1): SysVIPC shmem map 1 doesn't live in IPC ns", "SYS_ADMIN")]
    [InlineData("(00.021)   301: Error (criu/files-reg.c:1): File tmp/x has bad size 3 (expect 4)", "additionalPaths")]
    [InlineData("(00.021) Error (compel/src/lib/infect.c:1): suspending seccomp failed: Operation not permitted", "Unconfined")]
    [InlineData("(00.021) Error (criu/bfd.c:1): bfd: Error flushing image: Disk quota exceeded", "quota")]
    [InlineData("(00.021)   301: Error (criu/pagemap.c:1): Can't read mapping page 14: Input/output error", "has errors")]
    [InlineData("(00.021)   301: Error (criu/pie/restorer.c:1): Unable to drop capability 2: -1", "may not drop capabilities")]
    [InlineData("(00.021) Error (criu/timens.c:1): timens: Unable to set a monotonic clock offset: Permission denied", "time namespace")]
    [InlineData("(00.020) Error (criu/rlimit.c:1): rlimit: Can't setup RLIMIT_NOFILE for self: Operation not permitted\n"
        + "(00.021) Error (criu/fsnotify.c:1): fsnotify: Unable to open inotify by handle (dev 0x1 ino 0x2): No such file or directory", "watches is not here")]
    [InlineData("(00.021) Error (criu/config.c:1): Memory page compression requires CRIU built with LZ4 support (CONFIG_LZ4)", "compression to none")]
    [InlineData("(00.021) Error (criu/image.c:1): Image uses memory page compression but CRIU was built without LZ4 support (CONFIG_LZ4)", "is compressed")]
    [InlineData("(00.021)   301: Error (criu/pagemap.c:1): Block decompression failed", "damaged")]
    public void Known_errors_are_said_in_the_users_terms(string line, string meaning)
    {
        using TempDirectory temp = new();
        File.WriteAllText(temp.In("dump.log"), $"(00.001) fine\n{line}\n(00.022) Error (criu/cr-dump.c:2): Dumping FAILED.\n");

        CriuException explained = CriuLog.Explain("no", temp.In("dump.log"), null);

        Assert.Contains(meaning, explained.Message, StringComparison.Ordinal);
        Assert.Equal("Dumping FAILED.", explained.Evidence[^1]);
    }

    [Fact]
    public void Every_meaning_has_an_entry_on_the_page_about_troubles() =>
        Assert.All(CriuLog.Meanings, meaning => Assert.Contains(TroubleshootingPage.Messages, message => meaning.StartsWith(message, StringComparison.Ordinal)));

    [Fact]
    public void An_unknown_error_is_quoted()
    {
        using TempDirectory temp = new();
        File.WriteAllText(temp.In("dump.log"), "(00.001) Error (criu/x.c:1): something new\n");

        Assert.Equal("no: criu says: something new", CriuLog.Explain("no", temp.In("dump.log"), null).Message);
    }

    [Fact]
    public void A_log_that_was_cut_off_by_a_full_directory_is_no_mystery()
    {
        using TempDirectory temp = new();
        File.WriteAllText(temp.In("dump.log"), "(00.001) Error (criu/files-reg.c:1): Can't send ghost to image: No space l");

        Assert.StartsWith("no: the image directory is full", CriuLog.Explain("no", temp.In("dump.log"), null, directoryIsFull: true).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_log_the_output_has_to_do()
    {
        Assert.Equal("no: criu says: x", CriuLog.Explain("no", "/nowhere/dump.log", "criu says: x").Message);
    }
}
