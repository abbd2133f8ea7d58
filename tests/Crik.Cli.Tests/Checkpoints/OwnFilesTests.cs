using Crik.Checkpoints;
using Crik.Linux;

namespace Crik.Tests.Checkpoints;

public sealed class OwnFilesTests
{
    private const long Second = 1_000_000_000;
    private const long Start = 1000 * Second;
    private const uint Directory = 0x4000;
    private const uint Regular = 0x8000;

    private static readonly Mount[] s_mounts =
    [
        .. new[]
        {
            "1 0 0:30 / / rw - overlay overlay rw",
            "2 1 0:31 / /dev rw - tmpfs tmpfs rw",
            "3 2 0:32 / /dev/shm rw - tmpfs shm rw",
            "4 1 0:33 / /proc rw - proc proc rw",
            "5 1 8:1 /pods/etc-hosts /etc/hosts rw - ext4 /dev/sda rw",
            "6 1 8:2 / /data rw - ext4 /dev/sdb rw",
            "7 1 0:34 / /run/secrets ro - tmpfs tmpfs rw",
            "8 1 8:1 /var/lib/kubelet/pods/u/volumes/kubernetes.io~empty-dir/scratch /scratch rw - ext4 /dev/sda rw",
            "9 6 0:35 / /data/cache rw - tmpfs tmpfs rw",
        }.Select(line => Mount.Parse(line)!),
    ];

    [Theory]
    [InlineData("/tmp/file", true)]
    [InlineData("/dev/shm/psm", true)]
    [InlineData("/scratch/file", true)]
    [InlineData("/data/cache/file", true)]
    [InlineData("/datapath", true)]
    [InlineData("/", false)]
    [InlineData("/data/file", false)]
    [InlineData("/dev/tty", false)]
    [InlineData("/dev/shm", false)]
    [InlineData("/etc/hosts", false)]
    [InlineData("/proc/1/stat", false)]
    [InlineData("/run/secrets/token", false)]
    public void A_containers_own_are_its_root_and_what_is_in_memory(string path, bool own) => Assert.Equal(own, OwnFiles.IsOwn(path, s_mounts));

    [Fact]
    public void What_is_younger_than_the_container_goes_along_with_the_directories_above()
    {
        OwnFiles own = Choose(
            ["/tmp/new/perf", "/tmp/new/perf", "/usr/bin/java", "/data/log", "/tmp/listed/file", "/run/app/socket"],
            ("/tmp", Directory, Start), ("/tmp/new", Directory, Start + Second), ("/tmp/new/perf", Regular, Start + Second), ("/usr/bin/java", Regular, Start - (9 * Second)),
            ("/usr/bin", Directory, Start - (9 * Second)), ("/data/log", Regular, Start + Second), ("/tmp/listed/file", Regular, Start + Second),
            ("/run/app", Directory, Start + Second));

        Assert.Equal(["/tmp/new/perf"], own.Files);
        Assert.Equal(["/run/app", "/tmp", "/tmp/new"], own.Places);
    }

    [Fact]
    public void A_second_is_allowed_for_what_is_before_crik()
    {
        Assert.Equal(["/a"], Choose(["/a", "/b"], ("/a", Regular, Start - (Second / 2)), ("/b", Regular, Start - (2 * Second))).Files);
    }

    private static OwnFiles Choose(string[] held, params (string Path, uint Mode, long ChangedAt)[] files) => OwnFiles.Choose(
        held, ["/tmp/listed/"], s_mounts, Start,
        path => files.FirstOrDefault(file => file.Path == path) is { Path: not null } file ? new FileStatus(file.Mode, 1, 0, 0, 0, 0, 0, 0, 0, file.ChangedAt) : null);
}
