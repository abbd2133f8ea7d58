using Crik.Criu;
using Crik.Criu.Images;
using Crik.Linux;
using Crik.Proof;

namespace Crik.Tests.Proof;

public sealed class RestoreProofTests
{
    [Theory]
    [InlineData("/image/library.so", null)]
    [InlineData("/proc/301/stat", null)]
    [InlineData("/proc/301/task/301/stat", null)]
    [InlineData("/proc/301/fd/3", null)]
    [InlineData("/proc/1/status", null)]
    [InlineData("/proc/loadavg", null)]
    [InlineData("/proc/77/stat", "it belongs to process 77, which is not part of the program")]
    [InlineData("/proc/77", "it belongs to process 77")]
    [InlineData("/proc/301/task/303/stat", "criu opens files before it makes threads: open /proc/301 instead")]
    [InlineData("/proc/301/map_files/1000-2000", "criu opens files before it maps memory")]
    [InlineData("/Nothing", "the path that criu recorded leads to nothing")]
    [InlineData("/MadeDevice", "it is a device file that was made in this container: use the device in /dev")]
    [InlineData("/MadeInDev", "it was made in /dev, which is new in each container: keep it in /dev/shm")]
    [InlineData("/MadeMount", "it is on a file system that was mounted in this container: mount it as a volume")]
    [InlineData("/NotSaved", "it was made or changed in this container, and is not among the files that are saved")]
    public void An_open_file_must_be_there_in_the_next_pod(string path, string? reason)
    {
        Verdict verdict = Prove(Files(new NamedFile(path, FileType.Regular)));

        Assert.Equal(reason is null, verdict.IsGood);
        Assert.Contains(reason is null ? "" : $"the program has {path} open, which a new pod could not open: {reason}", verdict.Text(), StringComparison.Ordinal);
    }

    [Fact]
    public void Files_that_crik_or_criu_brings_are_not_looked_for()
    {
        ImageContents images = new()
        {
            Files = new Dictionary<uint, NamedFile>
            {
                [1] = new("/NotSaved/stream", FileType.Regular) { IsExternal = true },
                [2] = new("/NotSaved/elsewhere", FileType.Regular) { IsElsewhere = true },
                [3] = new("/NotSaved/deleted", FileType.Regular),
                [4] = new("/NotSaved/seen (deleted)", FileType.Regular),
            },
            Deleted = new Dictionary<uint, Substitute> { [3] = new(ReplacementKind.Image, 1) },
        };

        Assert.Equal("", RestoreProof.Of(images, new Next(), new Dictionary<string, string> { ["/NotSaved/seen (deleted)"] = "/image/name" }, []).Text());
    }

    [Fact]
    public void A_file_with_several_descriptors_is_named_once_and_only_some_of_many_are_named()
    {
        Verdict verdict = Prove(Files(
            [new("/Nothing/a", FileType.Regular), new("/Nothing/a", FileType.Regular), .. "bcde".Select(letter => new NamedFile($"/Nothing/{letter}", FileType.Regular))]));

        Assert.Equal(5, verdict.Objections.Count);
        Assert.EndsWith("; and 2 more like this", verdict.Text(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/NotSaved/link_remap.7", false)]
    [InlineData("/volume/link_remap.7", true)]
    public void A_hard_link_that_criu_made_must_be_there_in_the_next_pod(string link, bool isGood)
    {
        ImageContents images = new()
        {
            Files = new Dictionary<uint, NamedFile> { [1] = new("/NotSaved/file", FileType.Regular), [2] = new(link, FileType.Regular) },
            Deleted = new Dictionary<uint, Substitute> { [1] = new(ReplacementKind.Link, 2) },
        };

        Verdict verdict = Prove(images);

        Assert.Equal(isGood, verdict.IsGood);
        Assert.Contains(isGood ? "" : "a deleted file in /NotSaved that is still open has another name (a hard link)", verdict.Text(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/gone", "/elsewhere", false, null)]
    [InlineData("/gone", "/gone2", true, null)]
    [InlineData("/gone", "/gone", true, "another deleted one of the same name is open too")]
    [InlineData("/gone", "/gone/file", false, "something that was in it is open too")]
    [InlineData("/taken", "/elsewhere", false, "something else is at its path now")]
    public void A_deleted_directory_must_be_alone_at_its_path(string directory, string other, bool isDirectory, string? why)
    {
        ImageContents images = new()
        {
            Files = new Dictionary<uint, NamedFile> { [1] = new(directory, FileType.Directory), [2] = new(other, isDirectory ? FileType.Directory : FileType.Regular), [3] = new(directory, FileType.Directory) },
            Deleted = new Dictionary<uint, Substitute> { [1] = new(ReplacementKind.Image, 1), [2] = new(ReplacementKind.Image, 2), [3] = new(ReplacementKind.Image, 1) },
        };

        Verdict verdict = Prove(images);

        Assert.Equal(why is null ? 0 : 1, verdict.Objections.Count);
        Assert.Contains(why ?? "", verdict.Text(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/read-only/file", false, false)]
    [InlineData("/read-only/file", true, true)]
    [InlineData("/image/file", false, true)]
    public void A_deleted_file_must_have_a_place_where_criu_can_make_it(string path, bool hasAnotherName, bool isGood)
    {
        Verdict verdict = Prove(new ImageContents
        {
            Files = new Dictionary<uint, NamedFile> { [1] = new(path, FileType.Regular) },
            Deleted = new Dictionary<uint, Substitute> { [1] = new(hasAnotherName ? ReplacementKind.Link : ReplacementKind.Image, 7) },
        });

        Assert.Equal(isGood, verdict.IsGood);
        Assert.Contains(isGood ? "" : $"the program has the deleted file {path} open", verdict.Text(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(3, true, false, true)] // the program has both ends
    [InlineData(4, true, false, false)]
    [InlineData(3, false, false, false)]
    [InlineData(4, true, true, true)]
    public void The_other_end_of_a_terminal_must_be_the_programs(uint number, bool isMaster, bool isHungUp, bool isGood)
    {
        Verdict verdict = Prove(new ImageContents
        {
            Files = new Dictionary<uint, NamedFile>(),
            Terminals = [new(3, isMaster: false, isHungUp), new(number, isMaster, isHungUp: false)],
        });

        Assert.Equal(isGood, verdict.IsGood);
        Assert.Contains(isGood ? "" : "the terminal /dev/pts/3", verdict.Text(), StringComparison.Ordinal);
    }

    [Fact]
    public void An_executable_must_be_a_file()
    {
        ImageContents images = new()
        {
            Files = new Dictionary<uint, NamedFile> { [1] = new("/image/program", FileType.Regular) },
            TaskFiles = [new(301, "executable", 1), new(302, "executable", 2)],
        };

        Assert.Equal("the executable of process 302 is in memory only (memfd_create), and criu could not restore that process: run it from a file", Prove(images).Text());
    }

    [Theory]
    [InlineData(new byte[] { 10, 0, 0, 2 }, true)]
    [InlineData(new byte[] { 0, 0, 0, 0 }, true)]
    [InlineData(new byte[] { 127, 0, 0, 9 }, true)]
    [InlineData(new byte[] { 239, 1, 1, 1 }, true)]
    [InlineData(new byte[] { 192, 0, 2, 1 }, false)]
    public void A_socket_with_IP_FREEBIND_must_have_an_address_of_the_pod(byte[] address, bool isGood) =>
        Assert.Equal(isGood, Prove(new ImageContents { Files = new Dictionary<uint, NamedFile>(), FreeSockets = [new(address, 9)] }).IsGood);

    [Fact]
    public void The_directory_of_a_socket_must_be_there_in_the_next_pod()
    {
        ImageContents images = new()
        {
            Files = new Dictionary<uint, NamedFile>(),
            BoundSockets = [new(7, "/NotSaved/old/socket"), new(8, "/MadeMount/socket"), new(9, "/Nothing/socket")],
        };

        Verdict verdict = RestoreProof.Of(images, new Next(), new Dictionary<string, string>(), [new SocketFile([7], ["/image/socket"], 0, 0, 0)]);

        Assert.Equal(
            "the program has a socket in /MadeMount open, which a new pod could not open: it is on a file system that was mounted in this container: mount it as a volume of the pod",
            verdict.Text());
    }

    [Fact]
    public void The_images_that_others_refer_to_must_be_there()
    {
        Verdict verdict = Prove(new ImageContents { Files = new Dictionary<uint, NamedFile>(), MissingImages = ["ghost-file-3.img"] });

        Assert.Contains("criu did not write ghost-file-3.img", verdict.Text(), StringComparison.Ordinal);
    }

    private static ImageContents Files(params NamedFile[] files) => new()
    {
        Files = files.Select((file, index) => (file, index)).ToDictionary(one => (uint)one.index + 1, one => one.file),
        Processes = new HashSet<int> { 301, 302 },
    };

    private static Verdict Prove(ImageContents images) => RestoreProof.Of(images, new Next(), new Dictionary<string, string>(), []);

    /// <summary>A pod in which the first part of a path says where the file is from.</summary>
    private sealed class Next : INextPod
    {
        public Supply Find(string path) => Enum.TryParse(path.Split('/')[1], out Supply supply) ? supply : Supply.Given;

        public bool IsTaken(string path) => path == "/taken";

        public bool IsReadOnly(string path) => path.StartsWith("/read-only/", StringComparison.Ordinal);

        public bool HasAddress(byte[] address) => address is [10, 0, 0, 2];
    }
}
