using Crik.Criu;

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
    [InlineData("(00.021) Error (criu/config.c:1): Memory page compression requires CRIU built with LZ4 support (CONFIG_LZ4)", "compression to none")]
    [InlineData("(00.021) Error (criu/image.c:1): Image uses memory page compression but CRIU was built without LZ4 support (CONFIG_LZ4)", "is compressed")]
    public void Known_errors_are_said_in_the_users_terms(string line, string meaning)
    {
        using TempDirectory temp = new();
        File.WriteAllText(temp.In("dump.log"), $"(00.001) fine\n{line}\n(00.022) Error (criu/cr-dump.c:2): Dumping FAILED.\n");

        CriuException explained = CriuLog.Explain("no", temp.In("dump.log"), null);

        Assert.Contains(meaning, explained.Message, StringComparison.Ordinal);
        Assert.Equal("Dumping FAILED.", explained.Evidence[^1]);
    }

    [Fact]
    public void An_unknown_error_is_quoted()
    {
        using TempDirectory temp = new();
        File.WriteAllText(temp.In("dump.log"), "(00.001) Error (criu/x.c:1): something new\n");

        Assert.Equal("no: criu says: something new", CriuLog.Explain("no", temp.In("dump.log"), null).Message);
    }

    [Fact]
    public void Without_a_log_the_output_has_to_do()
    {
        Assert.Equal("no: criu says: x", CriuLog.Explain("no", "/nowhere/dump.log", "criu says: x").Message);
    }
}
