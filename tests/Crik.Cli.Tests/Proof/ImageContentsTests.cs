using Crik.Criu;
using Crik.Criu.Images;
using Crik.Linux;
using Crik.Proof;
using Crik.Tests.Inspection;

namespace Crik.Tests.Proof;

public sealed class ImageContentsTests : IDisposable
{
    private readonly TempDirectory _temp = new();
    private readonly SavedImages _images;

    public ImageContentsTests() => _images = new SavedImages(_temp);

    public void Dispose() => _temp.Dispose();

    [Fact]
    public void The_images_tell_what_they_refer_to()
    {
        ImageContents contents = ImageContents.Read(_temp.Path);

        Assert.Equal(["/usr/bin/server", "/srv", "/tmp/gone"], contents.Files.Values.Select(file => file.Path));
        Assert.Equal([301, 302, 303], contents.Processes.Order());
        Assert.Equal(
            [(301, "executable", 1u), (301, "working directory", 2u), (301, "root directory", 2u), (302, "executable", 1u), (302, "working directory", 2u), (302, "root directory", 2u)],
            contents.TaskFiles.Select(file => (file.Pid, file.What, file.File)));
        Assert.Equal(["ghost-file-1.img", "pagemap-shmem-99.img"], WithoutSharedMemory().MissingImages.Order());
    }

    [Fact]
    public void A_file_is_read_with_its_exact_path_and_its_type()
    {
        _images.Write(
            "files.img", File_(1, 1, 3, new ProtoWriter().Bytes(6, [(byte)'/', 0xFF]).Number(8, 9).Number(10, 0x41ED)),
            File_(1, 2, 3, new ProtoWriter().Number(2, 0x401).Text(6, "/log").Number(8, 9)), File_(1, 3, 3, new ProtoWriter().Text(6, "/stream").Number(9, 1)),
            File_(1, 4, 3, new ProtoWriter().Text(6, "/own").Number(7, 88)));

        NamedFile[] files = [.. ImageContents.Read(_temp.Path).Files.Values];

        Assert.Equal("/\uDCFF", files[0].Path);
        Assert.Equal(FileType.Directory, files[0].Type);
        Assert.Equal([false, false, true, false], files.Select(file => file.IsExternal));
        Assert.Equal([false, false, false, true], files.Select(file => file.IsElsewhere));
    }

    [Fact]
    public void Deleted_files_have_their_substitutes()
    {
        _images.Write("remap-fpath.img", new ProtoWriter().Number(1, 1).Number(2, 5), new ProtoWriter().Number(1, 2).Number(2, 18).Number(3, 1), new ProtoWriter().Number(1, 3).Number(3, 2));

        ImageContents contents = ImageContents.Read(_temp.Path);

        Assert.Equal([ReplacementKind.Link, ReplacementKind.Image, ReplacementKind.EndedProcess], contents.Deleted.Values.Select(substitute => substitute.Kind));
        Assert.Equal(["ghost-file-12.img"], contents.MissingImages);
    }

    [Fact]
    public void Terminals_of_the_program_are_told_from_the_containers()
    {
        _images.Write(
            "tty-info.img", Terminal(1, 1, (5 << 8) | 2, 7, hasSettings: true), Terminal(2, 1, (136 << 8) | 7, 7, hasSettings: true), Terminal(3, 1, (136 << 8) | 8, 8, hasSettings: false),
            Terminal(4, 5, (136 << 8) | 9, 9, hasSettings: true), Terminal(5, 4, 5 << 8, null, hasSettings: true), Terminal(6, 1, (128 << 8) | 3, 3, hasSettings: true));

        Assert.Equal(
            [(7u, true, false), (7u, false, false), (8u, false, true), (3u, true, false)],
            ImageContents.Read(_temp.Path).Terminals.Select(terminal => (terminal.Number, terminal.IsMaster, terminal.IsHungUp)));
    }

    [Fact]
    public void Sockets_are_read_if_their_place_matters()
    {
        _images.Write(
            "files.img", File_(4, 1, 4, Socket(1, 80, 0)), File_(4, 2, 4, Socket(0, 80, 0)), File_(4, 3, 4, Socket(1, 80, 90)),
            File_(5, 4, 16, new ProtoWriter().Number(2, 5).Bytes(11, "/run/socket\0"u8)), File_(5, 5, 16, new ProtoWriter().Number(2, 6).Bytes(11, "\0abstract"u8)),
            File_(5, 6, 16, new ProtoWriter().Number(2, 7).Bytes(11, "/run/gone\0"u8).Number(15, 1)));

        ImageContents contents = ImageContents.Read(_temp.Path);

        Assert.Equal("192.0.2.1:80", InterfaceAddress.Text(Assert.Single(contents.FreeSockets).Address, contents.FreeSockets[0].Port));
        Assert.Equal([(5u, "/run/socket")], contents.BoundSockets.Select(socket => (socket.Socket, socket.Path)));

        static ProtoWriter Socket(int freeBind, int port, int peer) => new ProtoWriter().Number(3, 2).Number(5, 6).Number(7, port).Number(8, peer).Number(11, 0x010200c0)
            .Message(16, new ProtoWriter().Number(1, freeBind));
    }

    private ImageContents WithoutSharedMemory()
    {
        File.Delete(_images.PathOf("pagemap-shmem-99.img"));
        return ImageContents.Read(_temp.Path);
    }

    private static ProtoWriter Terminal(int id, int type, int device, int? number, bool hasSettings)
    {
        ProtoWriter terminal = new ProtoWriter().Number(1, id).Number(2, type).Number(8, device);
        _ = hasSettings ? terminal.Message(9, new ProtoWriter().Number(1, 1)) : terminal;
        return number is { } index ? terminal.Message(12, new ProtoWriter().Number(1, index)) : terminal;
    }

    private static ProtoWriter File_(int type, int id, int field, ProtoWriter particulars) => new ProtoWriter().Number(1, type).Number(2, id).Message(field, particulars);
}
