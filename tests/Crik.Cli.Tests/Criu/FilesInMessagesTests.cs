using Crik.Criu;
using Crik.Criu.Images;

namespace Crik.Tests.Criu;

public sealed class FilesInMessagesTests
{
    private static readonly byte[] s_file = OpenFileEntry.OfRegular(9, []);

    [Fact]
    public void The_sockets_that_have_files_to_receive_are_found_among_the_data_of_the_messages()
    {
        byte[] plain = Packet(socket: 1, length: 5);
        byte[] withFile = Packet(socket: 2, length: 0, file: 9);
        byte[] withData = Packet(socket: 3, length: 300, file: 9);

        Assert.Equal([2, 3], FilesInMessages.Receivers(Queues(plain, withFile, withData)).Order());
    }

    [Fact]
    public void An_image_whose_data_are_cut_off_is_damaged()
    {
        byte[] bytes = [.. ImageOf(Packet(socket: 1, length: 5)), 1, 2, 3, 4];

        Assert.Throws<InvalidDataException>(() => CriuImage.Parse(bytes, dataAfter: message => new SocketMessageEntry(message).Length));
    }

    [Fact]
    public void The_sending_end_comes_after_the_receiving_one()
    {
        byte[][] files = [Socket(5, inode: 50, peer: 40), s_file, Socket(4, inode: 40, peer: 50), Socket(6, inode: 60, peer: 0)];

        Assert.Equal((true, "4 9 5 6"), Order(files, 4));
        Assert.Equal((false, "5 9 4 6"), Order(files, 5));
    }

    [Fact]
    public void Nothing_changes_where_no_end_has_files_to_receive_or_the_other_end_is_not_connected_back()
    {
        Assert.Equal((false, "5 4"), Order([Socket(5, inode: 50, peer: 40), Socket(4, inode: 40, peer: 50)]));
        Assert.Equal((false, "5 4"), Order([Socket(5, inode: 50, peer: 70), Socket(4, inode: 40, peer: 50)], 4));
        Assert.Equal((false, "5 4"), Order([Socket(5, inode: 50, peer: 0), Socket(4, inode: 40, peer: 0)], 4));
    }

    private static (bool Changed, string Ids) Order(byte[][] files, params uint[] receivers)
    {
        CriuImage image = CriuImage.Parse(ImageOf(files));
        bool changed = FilesInMessages.PutSendersLast(image, [.. receivers]);
        return (changed, string.Join(' ', image.Messages.Select(message => new OpenFileEntry(message).Id)));
    }

    private static byte[] Socket(uint id, uint inode, uint peer) => new ProtoWriter().Number(1, (long)FileKind.UnixSocket).Number(2, id)
        .Message(16, new ProtoWriter().Number(1, id).Number(2, inode).Number(8, peer)).ToArray();

    private static byte[] Packet(uint socket, uint length, uint? file = null)
    {
        ProtoWriter writer = new ProtoWriter().Number(1, socket).Number(2, length);
        return (file is { } id ? writer.Message(4, new ProtoWriter().Number(1, 1).Number(2, id)) : writer).ToArray();
    }

    private static CriuImage Queues(params byte[][] packets) => CriuImage.Parse(
        [.. ImageOf(), .. packets.SelectMany(packet => (byte[])[.. ImageOf(packet).Skip(8), .. new byte[new SocketMessageEntry(packet).Length]])],
        dataAfter: message => new SocketMessageEntry(message).Length);

    private static byte[] ImageOf(params byte[][] messages) =>
        [0x19, 0x43, 0x56, 0x54, 0, 0, 0, 0, .. messages.SelectMany(message => (byte[])[.. BitConverter.GetBytes(message.Length), .. message])];
}
