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
    [InlineData("(00.021) Error (criu/bfd.c:1): bfd: Error flushing image: Disk quota exceeded", "quota")]
    [InlineData("(00.021)   301: Error (criu/pagemap.c:1): Can't read mapping page 14: Input/output error", "has errors")]
    [InlineData("(00.021)   301: Error (criu/pie/restorer.c:1): Unable to drop capability 2: -1", "may not drop capabilities")]
    [InlineData("(00.021) Error (criu/files-reg.c:1): Can't lookup mount=315 for fd=-3 path=/bin/app", "has mapped a file")]
    [InlineData("(00.021) Error (criu/files-reg.c:1): Can't lookup mount=315 for fd=4 path=/file", "has a file open on a mount")]
    [InlineData("(00.021) Error (criu/proc_parse.c:385): Can't open mapped [/bin/app]: No such file or directory", "hostUsers")]
    [InlineData("(00.021) Error (criu/timens.c:1): timens: Unable to set a monotonic clock offset: Permission denied", "time namespace")]
    [InlineData("(00.020) Error (criu/rlimit.c:1): rlimit: Can't setup RLIMIT_NOFILE for self: Operation not permitted\n"
        + "(00.021) Error (criu/fsnotify.c:1): fsnotify: Unable to open inotify by handle (dev 0x1 ino 0x2): No such file or directory", "watches is not here")]
    [InlineData("(00.021) Error (criu/config.c:1): Memory page compression requires CRIU built with LZ4 support (CONFIG_LZ4)", "compression to none")]
    [InlineData("(00.021) Error (criu/image.c:1): Image uses memory page compression but CRIU was built without LZ4 support (CONFIG_LZ4)", "is compressed")]
    [InlineData("(00.021)   301: Error (criu/pagemap.c:1): Block decompression failed", "damaged")]
    public void A_known_error_of_criu_is_explained(string line, string meaning)
    {
        using TempDirectory temp = new();
        File.WriteAllText(temp.In("dump.log"), $"(00.001) fine\n{line}\n(00.022) Error (criu/cr-dump.c:2): Dumping FAILED.\n");

        CriuException explained = CriuLog.Explain("no", temp.In("dump.log"), null);

        Assert.Contains(meaning, explained.Message, StringComparison.Ordinal);
        Assert.Equal("Dumping FAILED.", explained.Evidence[^1]);
    }

    [Fact]
    public void Every_explanation_has_a_row_on_the_troubleshooting_page() =>
        Assert.All(CriuLog.Meanings, meaning => Assert.Contains(TroubleshootingPage.Messages, message => meaning.StartsWith(message, StringComparison.Ordinal)));

    [Fact]
    public void An_unknown_error_is_quoted()
    {
        using TempDirectory temp = new();
        File.WriteAllText(temp.In("dump.log"), "(00.001) Error (criu/x.c:1): something new\n");

        Assert.Equal("no: criu says: something new", CriuLog.Explain("no", temp.In("dump.log"), null).Message);
    }

    [Fact]
    public void A_full_disk_explains_a_cut_off_log()
    {
        using TempDirectory temp = new();
        File.WriteAllText(temp.In("dump.log"), "(00.001) Error (criu/files-reg.c:1): Can't send ghost to image: No space l");

        Assert.StartsWith("no: the image directory is full", CriuLog.Explain("no", temp.In("dump.log"), null, directoryIsFull: true).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(9, null, "criu was ended by SIGKILL, probably because the container's memory ran out: raise its memory limit")]
    [InlineData(11, null, "criu was ended by SIGSEGV, which crik did not send")]
    [InlineData(0, 1800, "criu did not end within 1800 s, so crik ended it: if the volume of imageDir hangs")]
    public void The_signal_or_time_limit_that_ended_criu_explains_the_failure(int signal, int? seconds, string meaning)
    {
        using TempDirectory temp = new();
        File.WriteAllText(temp.In("restore.log"), "(00.001) Error (criu/x.c:1): something it went on after\n");
        string? ending = CriuLog.Ending(signal, seconds is { } longest ? TimeSpan.FromSeconds(longest) : null);

        CriuException explained = CriuLog.Explain("no", temp.In("restore.log"), null, ending: ending);

        Assert.StartsWith($"no: {meaning}", explained.Message, StringComparison.Ordinal);
        Assert.False(explained.Lasts);
    }

    [Fact]
    public void The_end_of_a_criu_that_ended_by_itself_explains_nothing() => Assert.Null(CriuLog.Ending(signal: 0, longest: null));

    [Theory]
    [InlineData("", "a process of the program was ended by SIGKILL while it was restored, probably because the container's memory ran out")]
    [InlineData("(00.001) Error (criu/x.c:1): something new\n", "criu says: something new")]
    [InlineData("(00.001) Error (criu/files-reg.c:1): File tmp/x has bad size 3 (expect 4)\n", "a file the program has open changed")]
    public void A_killed_process_is_the_cause_only_if_no_other_error_came_first(string before, string meaning)
    {
        using TempDirectory temp = new();
        File.WriteAllText(temp.In("restore.log"), $"{before}(00.021) Error (criu/cr-restore.c:1): 301 killed by signal 9: Killed\n(00.022) Error (criu/cr-restore.c:2): Restoring FAILED.\n");

        Assert.StartsWith($"no: {meaning}", CriuLog.Explain("no", temp.In("restore.log"), null).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Error (criu/cr-restore.c:1): Can't fork for 301: File exists", true)]
    [InlineData("Error (criu/cr-restore.c:1): Can't fork for 301: Resource temporarily unavailable", true)]
    [InlineData("Error (criu/sk-inet.c:1): inet: Can't bind inet socket (id 1): Address already in use", true)]
    [InlineData("Error (criu/mem.c:1): Can't mmap the memory of 301: Cannot allocate memory", true)]
    [InlineData("Error (criu/fdstore.c:1): Can't open a pipe: Resource temporarily unavailable", true)]
    [InlineData("Error (criu/files.c:1): Can't receive a descriptor: Too many open files", true)]
    [InlineData("Error (criu/files-reg.c:1): Can't write 4096 bytes: No space left on device", true)]
    [InlineData("Error (criu/files-reg.c:1): Can't write 4096 bytes: Disk quota exceeded", true)]
    [InlineData("Error (criu/rlimit.c:1): Can't setup RLIMIT_NOFILE for self: Operation not permitted\nError (criu/mem.c:1): x: Cannot allocate memory", true)]
    [InlineData("Error (criu/x.c:1): what comes before a known cause\nError (criu/cr-restore.c:1): Can't fork for 301: File exists", true)]
    [InlineData("Error (criu/pagemap.c:1): the page map is damaged", false)]
    [InlineData("301: the file 'Too many open files' is restored\nError (criu/pagemap.c:1): the page map is damaged", false)]
    [InlineData("Error (criu/pagemap.c:1): the page map is damaged\nError (criu/util.c:1): Can't wait: Resource temporarily unavailable", false)]
    [InlineData("Error (criu/pagemap.c:1): Block decompression failed\nError (criu/util.c:1): x: Cannot allocate memory", false)]
    public void The_pod_is_at_fault_only_if_the_cause_is_what_it_lacks_and_not_what_follows_from_another_error(string log, bool isOfPod)
    {
        using TempDirectory temp = new();
        File.WriteAllLines(temp.In("restore.log"), log.Split('\n').Select(line => $"(00.021)    301: {line}"));

        Assert.Equal(isOfPod, CriuLog.Explain("no", temp.In("restore.log"), null).IsOfPod);
    }

    [Fact]
    public void The_output_of_criu_explains_the_failure_when_there_is_no_log()
    {
        Assert.Equal("no: criu says: x", CriuLog.Explain("no", "/nowhere/dump.log", "criu says: x").Message);
    }
}
