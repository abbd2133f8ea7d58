using System.Net;
using Crik.Criu;
using Crik.Linux;

namespace Crik.Tests.Criu;

public sealed class PodAddressesTests
{
    private static readonly PodAddresses s_addresses = new(
        Addresses("lo 127.0.0.1", "eth0 10.0.0.5", "eth1 192.168.0.5", "eth0 fd00::5", "eth0 fe80::5"),
        Addresses("lo 127.0.0.1", "eth1 192.168.0.9", "eth0 10.0.0.9", "eth0 fe80::9", "eth0 10.0.0.10"));

    [Theory]
    [InlineData("10.0.0.5", "10.0.0.9")]
    [InlineData("192.168.0.5", "192.168.0.9")]
    [InlineData("::ffff:10.0.0.5", "::ffff:10.0.0.9")]
    [InlineData("fe80::5", "fe80::9")]
    [InlineData("fd00::5", "::")]
    [InlineData("0.0.0.0", null)]
    [InlineData("::", null)]
    [InlineData("127.0.0.1", null)]
    [InlineData("::1", null)]
    [InlineData("10.0.0.7", null)]
    [InlineData("224.0.0.1", null)]
    public void What_was_bound_to_the_old_pods_address_gets_the_new_ones(string bound, string? expected)
    {
        byte[]? moved = s_addresses.Move(IPAddress.Parse(bound).GetAddressBytes());

        Assert.Equal(expected, moved is null ? null : new IPAddress(moved).ToString());
    }

    [Fact]
    public void An_address_that_the_new_pod_has_too_stays()
    {
        PodAddresses same = new(Addresses("eth0 10.0.0.5"), Addresses("eth0 10.0.0.4", "eth1 10.0.0.5"));

        Assert.Null(same.Move([10, 0, 0, 5]));
    }

    [Fact]
    public void In_the_images_only_the_source_of_bound_sockets_changes()
    {
        byte[] socket = Socket(2, 8080, [10, 0, 0, 5], [10, 0, 0, 1]);
        CriuImage files = CriuImageOf(File(4, 7, socket), File(4, 8, Socket(2, 80, [0, 0, 0, 0], [])), File(1, 9, [8, 9]), File(4, 10, Socket(10, 81, IPAddress.Parse("::ffff:10.0.0.5").GetAddressBytes(), [])));

        Assert.True(OpenFiles.Readdress(files, s_addresses));

        Assert.Equal(File(4, 7, Socket(2, 8080, [10, 0, 0, 9], [10, 0, 0, 1])), files.Messages[0]);
        Assert.Equal(File(4, 8, Socket(2, 80, [0, 0, 0, 0], [])), files.Messages[1]);
        Assert.Equal(File(1, 9, [8, 9]), files.Messages[2]);
        Assert.Equal(File(4, 10, Socket(10, 81, IPAddress.Parse("::ffff:10.0.0.9").GetAddressBytes(), [])), files.Messages[3]);
        Assert.False(OpenFiles.Readdress(files, s_addresses));
    }

    [Theory]
    [InlineData("eth0 0A000005", true)]
    [InlineData("a b 20010DB8000000000000000000000001", true)]
    [InlineData("eth0 0a000005", false)]
    [InlineData("eth0 0A0000", false)]
    [InlineData("eth0", false)]
    [InlineData(" 0A000005", false)]
    [InlineData("eth0 0A00000G", false)]
    public void Only_the_text_that_an_address_has_in_a_manifest_is_read_back(string text, bool isOne) =>
        Assert.Equal(isOne ? text : null, InterfaceAddress.TryParse(text)?.ToString());

    private static CriuImage CriuImageOf(params byte[][] messages)
    {
        CriuImage image = CriuImage.Parse([1, 2, 3, 4]);
        image.Messages.AddRange(messages);
        return image;
    }

    private static byte[] File(int type, int id, byte[] inner) => new ProtoWriter().Number(1, type).Number(2, id).Bytes(type == 4 ? 4 : 3, inner).ToArray();

    /// <summary>As criu writes it: IPv4 addresses may come with three empty words behind them.</summary>
    private static byte[] Socket(int family, int port, byte[] source, byte[] destination)
    {
        ProtoWriter writer = new ProtoWriter().Number(1, 7).Number(3, family).Number(7, port);
        foreach ((int field, byte[] address) in new[] { (11, source), (12, destination) })
        {
            for (int at = 0; at < address.Length; at += 4)
            {
                writer.Number(field, BitConverter.ToUInt32(address, at));
            }
        }

        return writer.Number(15, 0).ToArray();
    }

    private static InterfaceAddress[] Addresses(params string[] lines) =>
        [.. lines.Select(line => new InterfaceAddress(line.Split(' ')[0], IPAddress.Parse(line.Split(' ')[1]).GetAddressBytes()))];
}
