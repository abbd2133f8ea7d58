using Crik.Criu;
using Crik.Criu.Images;
using Crik.Linux;
using Crik.Restore;
using Crik.Store;
using Crik.Tests.Store;

namespace Crik.Tests.Restore;

public sealed class PodFilesTests
{
    private const int Directory = 0x4000;
    private const int Plain = 0x8000;

    [Theory]
    [InlineData("/", Directory | 0b101_101_101, 0, 0b111_101_101)]
    [InlineData("/tmp", Directory | 0b111_000_000, 0, 0b1_111_111_111)]
    [InlineData("/tmp", Directory | 0b1_111_111_111, 0, null)] // the same
    [InlineData("/tmp", Directory | 0b111_000_000, 31, 0b1_111_111_111)] // on a mount of the container
    [InlineData("/tmp", Directory | 0b111_000_000, 32, null)] // on a mount that criu makes
    [InlineData("/gone", Directory | 0b111_101_101, 0, null)]
    [InlineData("/etc/hosts", Directory | 0b111_101_101, 0, null)] // a plain file here
    [InlineData("/etc/passwd", Plain | 0b110_100_000, 0, null)]
    [InlineData("/tmp", Plain | 0b110_100_000, 0, null)] // a directory here
    [InlineData("/tmp", null, 0, null)]
    public void Only_a_directory_that_is_one_here_too_takes_the_mode_that_it_has_here(string path, int? then, int mount, int? now)
    {
        CriuImage files = CriuImage.Parse([1, 2, 3, 4]);
        files.Messages.Add(Entry(1, path, then, mount));

        bool changed = Files(made: [], mounts: [32]).Adapt(files);

        Assert.Equal(now is not null, changed);
        Assert.Equal(Entry(1, path, now is null ? then : Directory | now, mount), files.First);
    }

    [Fact]
    public void A_directory_that_was_deleted_keeps_its_mode_because_criu_makes_it()
    {
        CriuImage files = CriuImage.Parse([1, 2, 3, 4]);
        files.Messages.AddRange([Entry(1, "/tmp", Directory | 0b111_000_000, 0), Entry(2, "/tmp", Directory | 0b111_000_000, 0)]);

        Assert.True(Files(made: [1], mounts: []).Adapt(files));

        Assert.Equal(Entry(1, "/tmp", Directory | 0b111_000_000, 0), files.Messages[0]);
        Assert.Equal(Entry(2, "/tmp", Directory | 0b1_111_111_111, 0), files.Messages[1]);
    }

    [Theory]
    [InlineData("/etc/resolv.conf", "/etc/resolv.conf")]
    [InlineData("/secret/..2026_11_22_10_00_00.12/key", "/secret/..2026_11_23_11_00_00.99/key")]
    [InlineData("/secret/..2026_11_22_10_00_00.12/a/..b/key", "/secret/..2026_11_23_11_00_00.99/a/..b/key")]
    [InlineData("/..x/secret/..2026_11_22_10_00_00.12/key", null)] // no link there
    [InlineData("/secret/..2026_11_23_11_00_00.99/key", null)] // the same directory
    [InlineData("/secret/..other/key", null)]
    [InlineData("/odd/..2026_11_22_10_00_00.12/key", null)] // the link leads elsewhere
    public void A_file_that_the_kubelet_writes_for_each_pod_is_not_compared_and_is_found_in_this_pod(string path, string? now)
    {
        CriuImage files = CriuImage.Parse([1, 2, 3, 4]);
        files.Messages.Add(Entry(1, path, Plain | 0b110_100_100, 0, size: 12));

        Assert.Equal(now is not null, Files(made: [], mounts: []).Adapt(files));

        Assert.Equal(now is null ? Entry(1, path, Plain | 0b110_100_100, 0, size: 12) : Entry(1, now, null, 0), files.First);
    }

    [Theory]
    [InlineData("/volume/log", 1, 12, true)]
    [InlineData("/volume/log", 1, 20, false)] // the same
    [InlineData("/volume/log", 1, 21, false)] // shorter here
    [InlineData("/volume/log", 2, 12, false)] // also read
    [InlineData("/volume/replaced", 1, 12, false)] // another file has its name
    [InlineData("/volume/other", 1, 12, false)] // not on the list of the manifest
    public void Only_a_file_on_a_volume_that_the_program_only_writes_may_have_grown(string path, int flags, int then, bool may)
    {
        CriuImage files = CriuImage.Parse([1, 2, 3, 4]);
        files.Messages.Add(Entry(1, path, Plain | 0b110_100_100, 0, then, flags));

        Assert.Equal(may, Files(made: [], mounts: []).Adapt(files));

        Assert.Equal(Entry(1, path, Plain | 0b110_100_100, 0, may ? null : then, flags), files.First);
    }

    [Theory]
    [InlineData("/secret/..2026_11_22_10_00_00.12/key", true)]
    [InlineData("/secret/..2026_11_22_10_00_00.12/gone", false)]
    [InlineData("/elsewhere/key", false)]
    public void A_file_that_the_kubelet_replaced_before_the_checkpoint_is_the_new_one_if_there_is_one(string path, bool isFound)
    {
        CriuImage files = CriuImage.Parse([1, 2, 3, 4]);
        files.Messages.Add(Entry(1, path, Plain | 0b110_100_100, 0, size: 12));
        CriuImage deleted = CriuImage.Parse([1, 2, 3, 4]);
        deleted.Messages.AddRange([new ProtoWriter().Number(1, 1).Number(2, 1).ToArray(), new ProtoWriter().Number(1, 2).Number(2, 2).ToArray()]);
        PodFiles adapted = Files(made: [1, 2], mounts: []);

        Assert.Equal(isFound, adapted.Adapt(files));
        Assert.Equal(isFound, adapted.ForgetFoundAgain(deleted));

        Assert.Equal(isFound ? "/secret/..2026_11_23_11_00_00.99/key" : path, new OpenFileEntry(files.First).Regular.Path);
        Assert.Equal(isFound ? 1 : 2, deleted.Messages.Count);
    }

    [Fact]
    public void An_open_directory_of_such_a_volume_is_found_and_takes_its_mode()
    {
        CriuImage files = CriuImage.Parse([1, 2, 3, 4]);
        files.Messages.Add(Entry(1, "/secret/..2026_11_22_10_00_00.12", Directory | 0b111_000_000, 0));

        Assert.True(Files(made: [], mounts: []).Adapt(files));

        Assert.Equal(Entry(1, "/secret/..2026_11_23_11_00_00.99", Directory | 0b111_101_101, 0), files.First);
    }

    [Fact]
    public void The_images_tell_which_directories_criu_makes()
    {
        using TempDirectory images = new();
        using TempDirectory open = new();
        CriuImage deleted = CriuImage.Parse([1, 2, 3, 4]);
        deleted.Messages.Add(new ProtoWriter().Number(1, 7).Number(2, 8).ToArray());
        deleted.Write(images.In("remap-fpath.img"));
        CriuImage mounts = CriuImage.Parse([1, 2, 3, 4]);
        mounts.Messages.AddRange(
        [
            new ProtoWriter().Number(2, 30).Text(7, "/").ToArray(), new ProtoWriter().Number(2, 31).Text(7, "/volume").Text(18, "/volume").ToArray(),
            new ProtoWriter().Number(2, 32).Text(7, "/private").ToArray(),
        ]);
        mounts.Write(images.In("mountpoints-12.img"));
        CheckpointManifest manifest = CheckpointFixture.Manifest(1, "app", [new ImageFile("remap-fpath.img", 1, null), new ImageFile("mountpoints-12.img", 1, null)]);
        CriuImage files = CriuImage.Parse([1, 2, 3, 4]);
        files.Messages.AddRange([.. new[] { (7, 0), (8, 0), (9, 30), (10, 31), (11, 32) }.Select(one => Entry(one.Item1, open.Path, Directory, one.Item2))]);

        PodFiles.Of(manifest, images.Path).Adapt(files);

        Assert.Equal([false, true, true, true, false], files.Messages.Select(message => new OpenFileEntry(message).Regular.Permissions != 0));
    }

    [Theory]
    [InlineData("/var/lib/kubelet/pods/u/containers/main/0a1b", true)]
    [InlineData("/var/lib/kubelet/pods/u/volumes/kubernetes.io~empty-dir/containers/0a1b", false)]
    [InlineData("/containers/storage/overlay-containers/1/userdata/resolv.conf", false)]
    public void The_file_for_the_last_message_is_found_by_its_place_on_the_node(string root, bool isForMessage) => Assert.Equal(isForMessage, PodFiles.IsForMessage(root));

    private static PodFiles Files(HashSet<uint> made, HashSet<uint> mounts) => new(made, mounts, ["/etc/hosts", "/etc/resolv.conf"], path => path switch
    {
        "/" => Status(FileType.Directory, 0b111_101_101),
        "/tmp" => Status(FileType.Directory, 0b1_111_111_111),
        "/etc/hosts" or "/etc/passwd" => Status(FileType.Regular, 0b110_100_100),
        "/secret/..2026_11_23_11_00_00.99/key" => Status(FileType.Regular, 0b110_100_100),
        "/volume/log" or "/volume/replaced" or "/volume/other" => Status(FileType.Regular, 0b110_100_100) with { Size = 20, Inode = 7 },
        "/secret/..2026_11_23_11_00_00.99" => Status(FileType.Directory, 0b111_101_101),
        _ => null,
    }, path => path switch
    {
        "/secret/..data" => "..2026_11_23_11_00_00.99",
        "/odd/..data" => "/elsewhere",
        _ => null,
    })
    {
        MayGrow = new() { ["/volume/log"] = 7, ["/volume/replaced"] = 8 },
    };

    private static FileStatus Status(FileType type, int permissions) => new() { Type = type, Permissions = (UnixFileMode)permissions };

    /// <summary>Makes an entry of files.img, in which the number of a mount is a zigzag number.</summary>
    private static byte[] Entry(int id, string path, int? mode, int mount, int? size = null, int flags = 0)
    {
        ProtoWriter file = new ProtoWriter().Number(1, id).Number(2, flags).Number(3, 0).Text(6, path);
        _ = mount == 0 ? file : file.Number(7, mount * 2);
        _ = size is { } bytes ? file.Number(8, bytes) : file;
        return OpenFileEntry.OfRegular((uint)id, (mode is { } known ? file.Number(10, known) : file).ToArray());
    }
}
