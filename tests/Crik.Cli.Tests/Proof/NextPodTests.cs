using Crik.Files;
using Crik.Linux;
using Crik.Proof;

namespace Crik.Tests.Proof;

public sealed class NextPodTests : IDisposable
{
    private static readonly Lifetime s_always = new(0, 0, long.MaxValue);
    private static readonly Lifetime s_never = new(long.MaxValue - 1, long.MaxValue - 1, 0);

    private readonly TempDirectory _temp = TempDirectory.Below("/dev/shm");

    public void Dispose() => _temp.Dispose();

    [Fact]
    public void A_file_that_is_older_than_the_container_belongs_to_its_image()
    {
        File.WriteAllText(_temp.In("file"), "");

        Assert.Equal(Supply.Given, Pod(s_never).Find(_temp.In("file")));
        Assert.Equal(Supply.NotSaved, Pod(s_always).Find(_temp.In("file")));
        Assert.Equal(Supply.Given, Pod(s_always, isSaved: path => path == _temp.In("file")).Find(_temp.In("file")));
        Assert.Equal(Supply.Nothing, Pod(s_never).Find(_temp.In("gone")));
    }

    [Fact]
    public void Nobody_looks_at_files_on_volumes() => Assert.Equal(Supply.Given, Pod(s_always).Find("/volume/gone"));

    [Theory]
    [InlineData("/proc/self/stat", nameof(Supply.Given))]
    [InlineData("/proc/self/nothing", nameof(Supply.Nothing))]
    [InlineData("/sys/kernel", nameof(Supply.Given))]
    [InlineData("/sys/nothing", nameof(Supply.Nothing))]
    [InlineData("/dev/null", nameof(Supply.Given))] // a program may have changed its mode
    [InlineData("/made/file", nameof(Supply.MadeMount))]
    [InlineData("/made", nameof(Supply.MadeMount))]
    [InlineData("/come/file", nameof(Supply.Given))] // from outside
    [InlineData("/", nameof(Supply.Given))]
    [InlineData("/dev/termination-log", nameof(Supply.Given))]
    public void The_place_of_a_file_says_who_provides_it(string path, string supply) => Assert.Equal(supply, Pod(s_always).Find(path).ToString());

    [Theory]
    [InlineData("/data/file", true)]
    [InlineData("/volume/file", false)]
    public void A_read_only_volume_has_no_room_for_deleted_files(string path, bool isReadOnly) => Assert.Equal(isReadOnly, Pod(s_always).IsReadOnly(path));

    [Fact]
    public void Only_an_empty_directory_leaves_its_place_to_another_one()
    {
        Directory.CreateDirectory(_temp.In("directory"));
        NextPod pod = Pod(s_never);

        Assert.False(pod.IsTaken(_temp.In("gone")));
        Assert.False(pod.IsTaken(_temp.In("directory")));
        File.WriteAllText(_temp.In("directory", "file"), "");
        Assert.True(pod.IsTaken(_temp.In("directory")));
        Assert.True(pod.IsTaken(_temp.In("directory", "file")));
    }

    private static NextPod Pod(Lifetime lifetime, Func<string, bool>? isSaved = null)
    {
        string[] mounts =
        [
            "1 0 0:1 / / rw - overlay overlay rw", "2 1 0:2 / /dev rw - tmpfs tmpfs rw", "3 2 0:3 / /dev/shm rw - tmpfs shm rw", "4 1 8:1 / /volume rw - ext4 /dev/sda rw",
            "5 1 0:4 / /made rw - tmpfs tmpfs rw", "6 1 0:5 / /come rw master:3 - ext4 /dev/sdb rw", "7 2 8:1 /log /dev/termination-log rw - ext4 /dev/sda rw",
            "8 1 8:1 /data /data ro - ext4 /dev/sda rw",
        ];
        return new NextPod(
            [.. mounts.Select(line => Mount.Parse(line)!)], new HashSet<string> { "/", "/dev", "/dev/shm", "/volume", "/dev/termination-log", "/data" },
            lifetime, isSaved ?? (_ => false), []);
    }
}
