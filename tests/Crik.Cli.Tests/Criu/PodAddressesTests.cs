using System.Net;
using Crik.Criu;
using Crik.Files;
using Crik.Linux;
using Crik.Policy;
using Crik.Store;
using Crik.Tests.Store;

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
    [InlineData("fd00::5", null)]
    [InlineData("0.0.0.0", null)]
    [InlineData("::", null)]
    [InlineData("127.0.0.1", null)]
    [InlineData("::1", null)]
    [InlineData("10.0.0.7", null)]
    [InlineData("224.0.0.1", null)]
    public void A_socket_bound_to_the_old_pods_address_gets_the_address_of_the_new_pod(string bound, string? expected)
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

    [Theory]
    [InlineData("eth0 10.0.0.5 eth1 192.168.0.5", "eth0 10.0.0.9", "192.168.0.5", "eth1")]
    [InlineData("eth0 10.0.0.5 net1 172.20.0.5", "net1 172.20.0.9 eth1 10.9.0.9", "10.0.0.5", "eth0")]
    [InlineData("eth0 10.0.0.5 eth1 192.168.0.5", "eth0 10.0.0.9", "::ffff:192.168.0.5", "eth1")]
    [InlineData("eth0 10.0.0.5 lo 10.96.0.1", "eth0 10.0.0.9", "10.96.0.1", "lo")]
    [InlineData("eth0 10.0.0.5 eth0 10.0.0.6", "eth0 10.0.0.9 eth0 10.0.0.10", "10.0.0.6", "eth0")]
    [InlineData("eth0 10.0.0.5 eth0 fd00::5", "eth0 10.0.0.9 eth0 2001:db8::9", "fd00::5", "eth0")]
    [InlineData("eth0 10.0.0.5 eth0 fd00::5", "eth0 10.0.0.9", "fd00::5", "eth0")]
    [InlineData("eth0 10.0.0.5", "", "10.0.0.5", "eth0")]
    [InlineData("ens5 10.0.0.5 wg0 fd00::5", "ens5 10.0.0.9 ens6 fd00::9", "fd00::5", "wg0")]
    public void An_address_never_moves_to_another_network(string then, string now, string bound, string lost)
    {
        PodAddresses addresses = new(Pairs(then), Pairs(now));
        byte[] address = IPAddress.Parse(bound).GetAddressBytes();

        Assert.Null(addresses.Move(address));
        Assert.Equal(lost, addresses.Lost(address)?.Interface);
    }

    [Fact]
    public void The_only_interface_of_one_pod_replaces_the_only_interface_of_another_under_any_name()
    {
        PodAddresses addresses = new(Addresses("ens5 10.0.0.5"), Addresses("lo 127.0.0.1", "ens192 10.0.0.9"));

        Assert.Equal([10, 0, 0, 9], addresses.Move([10, 0, 0, 5]));
        Assert.Null(addresses.Lost([10, 0, 0, 5]));
    }

    [Theory]
    [InlineData("10.0.0.5")]
    [InlineData("0.0.0.0")]
    [InlineData("127.0.0.1")]
    [InlineData("10.0.0.7")]
    [InlineData("::")]
    public void A_socket_that_moves_or_stays_is_not_lost(string bound) => Assert.Null(s_addresses.Lost(IPAddress.Parse(bound).GetAddressBytes()));

    [Fact]
    public void A_checkpoint_with_a_socket_on_a_network_that_is_not_here_does_not_fit()
    {
        using TempDirectory images = new();
        CriuImage files = CriuImageOf(
            Tcp(1, 8080, peerPort: 0, [10, 0, 0, 5]), Tcp(2, 9000, peerPort: 0, [192, 168, 0, 5]), Tcp(3, 9000, peerPort: 5000, [192, 168, 0, 5]),
            Tcp(4, 0, peerPort: 0, [192, 168, 0, 5]), Tcp(5, 80, peerPort: 0, [0, 0, 0, 0]));
        files.Write(images.In("files.img"));
        string[] then = ["eth0 0A000005", "eth1 C0A80005"];
        CheckpointManifest manifest = CheckpointFixture.Manifest(1, "app", []);

        IReadOnlyList<LostSocket> lost = LostSocket.Find(images.Path, then, Addresses("eth0 10.0.0.9", "eth2 192.168.7.1"));
        ContainerFacts now = new(manifest.Machine, manifest.CriuVersion, CanDecompress: true, PrivilegeLevel.Full, MissingPaths: [], new Dictionary<string, FileStamp>(), lost);
        string problem = Assert.Single(CompatibilityGate.Problems(manifest, now));

        Assert.StartsWith("address: a TCP socket is bound to 192.168.0.5:9000 on eth1, and this pod has no address in its place", problem, StringComparison.Ordinal);
        Assert.Empty(LostSocket.Find(images.Path, then, Addresses("eth0 10.0.0.9", "eth1 192.168.7.1")));
        Assert.Empty(LostSocket.Find(images.In("nowhere"), then, []));
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
    public void An_address_is_read_only_in_the_form_that_a_manifest_has(string text, bool isOne) =>
        Assert.Equal(isOne ? text : null, InterfaceAddress.TryParse(text)?.ToString());

    private static CriuImage CriuImageOf(params byte[][] messages)
    {
        CriuImage image = CriuImage.Parse([1, 2, 3, 4]);
        image.Messages.AddRange(messages);
        return image;
    }

    private static byte[] File(int type, int id, byte[] inner) => new ProtoWriter().Number(1, type).Number(2, id).Bytes(type == 4 ? 4 : 3, inner).ToArray();

    /// <summary>Makes a socket as criu writes it. An IPv4 address may have three empty words behind it.</summary>
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

    private static byte[] Tcp(int id, int port, int peerPort, byte[] source) => new ProtoWriter().Number(1, 4).Number(2, id).Message(
        4, new ProtoWriter().Number(1, id).Number(3, 2).Number(5, 6).Number(7, port).Number(8, peerPort).Number(11, BitConverter.ToUInt32(source))).ToArray();

    /// <param name="text">The names of interfaces, each followed by its addresses.</param>
    private static InterfaceAddress[] Pairs(string text) =>
        [.. text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Chunk(2).Select(pair => new InterfaceAddress(pair[0], IPAddress.Parse(pair[1]).GetAddressBytes()))];

    private static InterfaceAddress[] Addresses(params string[] lines) =>
        [.. lines.Select(line => new InterfaceAddress(line.Split(' ')[0], IPAddress.Parse(line.Split(' ')[1]).GetAddressBytes()))];
}
