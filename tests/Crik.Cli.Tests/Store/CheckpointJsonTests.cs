using System.Text;
using Crik.Criu;
using Crik.Files;
using Crik.Policy;
using Crik.Store;

namespace Crik.Tests.Store;

public sealed class CheckpointJsonTests
{
    [Fact]
    public void The_manifest_keeps_the_files_that_the_program_had_open_for_writing()
    {
        WrittenFile[] files =
        [
            new("/data/db", new FileStamp(5L << 40, 1_700_000_000_123_456_789, ulong.MaxValue)),
            new("/data/\uDCFF", new FileStamp(0, -1, Inode: null)), // a name with a byte that is no text
        ];

        CheckpointManifest read = CheckpointJson.ReadManifest(CheckpointJson.Write(CheckpointFixture.Manifest(1, "app", []) with { WrittenFiles = files }));

        Assert.Equal(files, read.WrittenFiles);
    }

    [Fact]
    public void The_manifest_keeps_the_names_of_renamed_files()
    {
        RenamedFile[] files = [new("/dev/shm/sem.Ab3 (deleted)", "/dev/shm/sem.mp-1"), new("/dev/shm/\uDCFF (deleted)", "/dev/shm/\uDCFF")];

        CheckpointManifest read = CheckpointJson.ReadManifest(CheckpointJson.Write(CheckpointFixture.Manifest(1, "app", []) with { RenamedFiles = files }));

        Assert.Equal(files, read.RenamedFiles);
    }

    [Fact]
    public void The_manifest_keeps_the_traits_of_processes_and_threads()
    {
        TreeTraits traits = new(["CPU affinity=3"], [new([301, 302], ["oom_score_adj=500"])], [new([301], []), new([302, 303], ["CPU affinity=2", "I/O priority=16391"])])
        {
            Sockets = [new(301, 7, ["IP_RECVERR=01000000"])],
            Locks = ["FLOCK WRITE 0 EOF"],
            Groups = ["eth0 030201EF"],
            Descriptors = [new(302, 8, ["flags=02"])],
        };
        CheckpointManifest manifest = CheckpointFixture.Manifest(1, "app", []);

        TreeTraits read = CheckpointJson.ReadManifest(CheckpointJson.Write(manifest with { Traits = traits })).Traits!;

        Assert.Equivalent(traits, read, strict: true);
        Assert.Null(CheckpointJson.ReadManifest(CheckpointJson.Write(manifest)).Traits);
    }

    [Fact]
    public void The_manifest_keeps_the_number_that_no_file_in_memory_had()
    {
        CheckpointManifest manifest = CheckpointFixture.Manifest(1, "app", []);

        Assert.Equal(1L << 40, CheckpointJson.ReadManifest(CheckpointJson.Write(manifest with { MemoryFileNumber = 1L << 40 })).MemoryFileNumber);
        Assert.Null(CheckpointJson.ReadManifest(CheckpointJson.Write(manifest)).MemoryFileNumber);
    }

    [Fact]
    public void The_manifest_keeps_the_state_that_it_repeats_and_one_without_it_begins_a_state()
    {
        CheckpointManifest manifest = CheckpointFixture.Manifest(7, "app", []);

        Assert.Equal(3, CheckpointJson.ReadManifest(CheckpointJson.Write(manifest with { Repeats = 3 })).State);
        Assert.Equal(7, CheckpointJson.ReadManifest(CheckpointJson.Write(manifest)).State);
    }

    [Fact]
    public void The_run_record_keeps_what_a_loop_is_told_by()
    {
        RunRecord record = Record() with
        {
            State = 3,
            EarlyEnds = 2,
            PodUid = "u",
            BootId = "b",
            End = new RunEnd(RunEndKind.Checkpointed, DateTimeOffset.UnixEpoch, 143, 0, AfterSigterm: true),
        };

        RunRecord read = CheckpointJson.ReadRunRecord(CheckpointJson.Write(record));

        Assert.Equal((3, 2, "u", "b", record.End), (read.State, read.EarlyEnds, read.PodUid, read.BootId, read.End));
        Assert.Null(StateTrial.Of(CheckpointJson.ReadRunRecord(CheckpointJson.Write(Record())), new PodIdentity("u", "h", "b")));
    }

    [Fact]
    public void The_run_record_keeps_its_epoch_and_its_speeds()
    {
        RunRecord record = Record() with { Epoch = 1L << 40, Speeds = new WriteSpeeds([3L << 30, 1], [5, 6, 7], 42) };

        RunRecord read = CheckpointJson.ReadRunRecord(CheckpointJson.Write(record));

        Assert.Equal(record.Epoch, read.Epoch);
        Assert.Equal(record.Speeds.Plain, read.Speeds.Plain);
        Assert.Equal(record.Speeds.Compressed, read.Speeds.Compressed);
        Assert.Equal(42, read.Speeds.CompressedPercent);
    }

    [Fact]
    public void A_run_record_without_speeds_is_read_without_speeds()
    {
        RunRecord read = CheckpointJson.ReadRunRecord(CheckpointJson.Write(Record()));

        Assert.Empty(read.Speeds.Plain);
        Assert.Empty(read.Speeds.Compressed);
        Assert.Null(read.Speeds.CompressedPercent);
    }

    [Fact]
    public void The_single_speeds_of_an_earlier_crik_are_read()
    {
        RunRecord read = CheckpointJson.ReadRunRecord(Encoding.UTF8.GetBytes(
            """{"runId":"r","startedAt":"2026-01-01T00:00:00Z","hostName":"pod-0","bytesPerSecond":100,"compressedBytesPerSecond":50,"compressedPercent":30}"""));

        Assert.Equal([100], read.Speeds.Plain);
        Assert.Equal([50], read.Speeds.Compressed);
        Assert.Equal(30, read.Speeds.CompressedPercent);
        Assert.Equal(0, read.Epoch);
    }

    [Fact]
    public void The_holder_of_the_lock_keeps_its_epoch()
    {
        LockHolder holder = new("pod-0", 1, DateTimeOffset.UnixEpoch, Epoch: 1L << 40);

        Assert.Equal(holder, CheckpointJson.ReadLockHolder(CheckpointJson.Write(holder)));
    }

    [Fact]
    public void The_holder_of_the_lock_of_an_earlier_crik_has_the_epoch_zero() =>
        Assert.Equal(0, CheckpointJson.ReadLockHolder(Encoding.UTF8.GetBytes("""{"hostName":"pod-0","pid":1,"since":"2026-01-01T00:00:00Z"}""")).Epoch);

    private static RunRecord Record() => new() { RunId = "r", StartedAt = DateTimeOffset.UnixEpoch, HostName = "pod-0" };
}
