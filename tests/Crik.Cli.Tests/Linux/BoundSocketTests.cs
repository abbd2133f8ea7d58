using System.Buffers.Binary;
using System.Text;
using Crik.Linux;

namespace Crik.Tests.Linux;

public sealed class BoundSocketTests
{
    private const ushort Done = 3; // NLMSG_DONE

    [Theory]
    [InlineData("plain")]
    [InlineData("with a space and\na newline")]
    [InlineData("bytes\udcff")]
    public void The_kernel_tells_the_file_of_a_socket_that_was_renamed(string name)
    {
        using TempDirectory temp = new();
        string path = $"{temp.Path}/{name}";
        using FileDescriptor socket = Listen(path);
        Libc.Rename(path, temp.In("renamed"));
        FileStatus file = Libc.TryStatus(temp.In("renamed"), followLinks: false)!.Value;

        BoundSocket found = Libc.BoundSockets().Single(one => one.Path == path);

        Assert.Equal(((uint)file.Inode, ProcFs.DescriptorLink(socket.Number)), (found.File, found.Link));
        Assert.Contains(Mount.ReadAll(), mount => (ulong)mount.Id == file.MountId && mount.Device.InKernel == found.Device);
    }

    [Fact]
    public void Only_sockets_with_a_path_and_a_file_are_read()
    {
        List<BoundSocket> found = [];

        Assert.True(BoundSocket.Read([.. Packet("/run/x", 7, 8, 9), .. Packet("\0abstract", 10, 11, 12), .. Packet("relative", 13, 14, 15), .. Packet("", 16, 17, 18)], found));

        Assert.Equal([new BoundSocket(7, "/run/x", 9, 8), new BoundSocket(13, "relative", 15, 14)], found);
    }

    [Fact]
    public void The_last_message_ends_the_answer()
    {
        byte[] last = new byte[20];
        BinaryPrimitives.WriteInt32LittleEndian(last, last.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(last.AsSpan(4), Done);
        List<BoundSocket> found = [];

        Assert.False(BoundSocket.Read([.. Packet("/run/x", 7, 8, 9), .. last], found));

        Assert.Single(found);
    }

    /// <summary>Makes a socket that listens at a path.</summary>
    internal static FileDescriptor Listen(string path) => Libc.TryListen(path, 1, out _)!;

    /// <summary>A message about one socket, as the kernel sends it.</summary>
    internal static byte[] Packet(string path, uint inode, uint file, uint device)
    {
        byte[] name = Encoding.ASCII.GetBytes(path);
        byte[] packet = new byte[16 + 16 + ((4 + name.Length + 3) & ~3) + 12];
        BinaryPrimitives.WriteInt32LittleEndian(packet, packet.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(packet.AsSpan(4), 20);
        BinaryPrimitives.WriteUInt32LittleEndian(packet.AsSpan(20), inode);
        BinaryPrimitives.WriteUInt16LittleEndian(packet.AsSpan(32), (ushort)(4 + name.Length));
        name.CopyTo(packet, 36);
        Span<byte> place = packet.AsSpan(^12);
        BinaryPrimitives.WriteUInt16LittleEndian(place, 12);
        BinaryPrimitives.WriteUInt16LittleEndian(place[2..], 1);
        BinaryPrimitives.WriteUInt32LittleEndian(place[4..], file);
        BinaryPrimitives.WriteUInt32LittleEndian(place[8..], device);
        return packet;
    }
}
