using Crik.Files;
using Crik.Linux;

namespace Crik.Tests.Files;

public sealed class OwnFilesTests
{
    private const long Second = 1_000_000_000;
    private const long Start = 1000 * Second;
    private static readonly Lifetime s_lifetime = new(Start, Start, Start + (60 * Second));
    private const FileType Directory = FileType.Directory;
    private const FileType Regular = FileType.Regular;

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
    public void The_containers_own_files_are_those_on_its_root_and_in_memory(string path, bool own) => Assert.Equal(own, OwnFiles.IsOwn(path, s_mounts));

    [Fact]
    public void Files_newer_than_the_container_are_included_with_the_directories_above_them()
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
    public void The_time_of_a_file_may_be_slightly_before_the_start()
    {
        Assert.Equal(["/a"], Choose(["/a", "/b"], ("/a", Regular, Start - 4_000_000), ("/b", Regular, Start - Second)).Files);
    }

    [Theory]
    [InlineData(0, "", 0)]
    [InlineData(99, "/etc/link /run/small", 2)]
    [InlineData(1100, "/etc/link /run/middle /run/small", 1)]
    [InlineData(1 << 30, "/etc/link /run/large /run/middle /run/small", 0)]
    public void Changed_files_are_included_smallest_first_up_to_the_limit(long limit, string files, int leftOut)
    {
        ChangedFile[] changed =
        [
            new("/run/large", File(Regular, Start + Second, 50 << 20)), new("/run/small", File(Regular, Start + Second, 90)), new("/run/middle", File(Regular, Start + Second, 1000)),
            new("/run", File(Directory, Start + Second)), new("/run/old", File(Regular, Start - Second)), new("/run/socket", File(FileType.Socket, Start + Second)),
            new("/etc/link", File(FileType.Symlink, Start + Second)), new("/tmp/listed/other", File(Regular, Start + Second)),
        ];

        OwnFiles own = OwnFiles.Choose([], changed, limit, ["/tmp/listed"], s_mounts, s_lifetime, _ => null);

        Assert.Equal(files, string.Join(' ', own.Files));
        Assert.Equal(limit == 0 ? [] : ["/run"], own.Places);
        Assert.Equal(leftOut > 0, own.LeftOut is not null);
        Assert.StartsWith(leftOut > 0 ? $"{leftOut} files" : "", own.LeftOut ?? "", StringComparison.Ordinal);
        Assert.Contains(leftOut > 0 ? "/run/large" : "", own.LeftOut ?? "", StringComparison.Ordinal);
    }

    private static FileStatus File(FileType type, long changedAt, long size = 0) => new() { Type = type, Links = 1, Size = size, ChangedAt = changedAt };

    private static OwnFiles Choose(string[] held, params (string Path, FileType Type, long ChangedAt)[] files) => OwnFiles.Choose(
        held, [], 1 << 20, ["/tmp/listed"], s_mounts, s_lifetime,
        path => files.FirstOrDefault(file => file.Path == path) is { Path: not null } file ? File(file.Type, file.ChangedAt) : null);
}
